(function () {
  // Boxes, lists and sort buttons are of no use without a script, so a script shows them.
  const box = document.querySelector("[data-finder]");
  const rows = Array.from(document.querySelectorAll("[data-row]"));
  const said = document.getElementById("found");
  const search = document.getElementById("search");
  const lists = Array.from(box.querySelectorAll("select"));
  // Of a table's row it is the name that is looked for, not the figures.
  const words = rows.map(function (row) { return (row.querySelector("th") || row).textContent.toLowerCase(); });
  box.hidden = false;
  const narrow = function () {
    const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach(function (row, at) {
      const found = asked.every(function (word) { return words[at].includes(word); })
        && lists.every(function (list) {
          return list.selectedIndex === 0 || (row.dataset[list.dataset.field] || "").split("; ").includes(list.value);
        });
      row.hidden = !found;
      count += found ? 1 : 0;
    });
    document.querySelectorAll("[data-group]").forEach(function (group) {
      group.hidden = !group.querySelector("[data-row]:not([hidden])");
    });
    said.textContent = count + " of " + rows.length + " shown";
  };
  search.addEventListener("input", narrow);
  lists.forEach(function (list) { list.addEventListener("change", narrow); });
  const compare = new Intl.Collator("en").compare;
  document.querySelectorAll("[data-sortable]").forEach(function (table) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, at) {
      if (!head.dataset.sort) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(head.firstChild);
      head.prepend(button);
      button.addEventListener("click", function () {
        const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down > 0 ? "ascending" : "descending");
        const body = table.tBodies[0];
        const value = function (row) {
          const cell = row.cells[at];
          return cell.dataset.v === undefined ? cell.textContent : cell.dataset.v;
        };
        const number = head.dataset.sort === "number";
        const sorted = Array.from(body.rows).map(function (row) { return [value(row), row]; }).sort(function (a, b) {
          if (a[0] === "" || b[0] === "") return (a[0] === "") - (b[0] === "");
          return down * (number ? a[0] - b[0] : compare(a[0], b[0]));
        });
        body.append.apply(body, sorted.map(function (pair) { return pair[1]; }));
      });
    });
  });
}());
