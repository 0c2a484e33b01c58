(function () {
  // The search box is of no use without a script, so a script shows it.
  const search = document.getElementById("search");
  const rows = Array.from(document.querySelectorAll("[data-report]"));
  const said = document.getElementById("found");
  document.getElementById("searching").hidden = false;
  search.addEventListener("input", function () {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach(function (row) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(function (word) { return text.includes(word); });
      count += row.hidden ? 0 : 1;
    });
    document.querySelectorAll("[data-group]").forEach(function (group) {
      group.hidden = !group.querySelector("[data-report]:not([hidden])");
    });
    said.textContent = count + " of " + rows.length + " shown";
  });
}());
