/* What is wrong with the outputs that a notebook shows, as sentences. Works in any page that holds
   them: JupyterLab, or what nbconvert makes. Everything folded is opened. */
(outputs) => {
  const faults = [];
  const all = (selector) => outputs.flatMap((output) => [...output.querySelectorAll(selector)]);
  for (const details of all("details")) details.open = true;
  const once = (find, found = new Map()) => (node) => {
    if (!found.has(node)) found.set(node, find(node));
    return found.get(node);
  };
  const seen = once((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && node.getBoundingClientRect().width > 1 && node.getBoundingClientRect().height > 1);

  /* Colours, as [red, green, blue, alpha]; the browser itself resolves names, variables and mixes. */
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const painted = once((text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  });
  const colour = (text) => [...painted(text)];
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const ground = once((node) => node
    ? over(colour(getComputedStyle(node).backgroundColor), ground(node.parentElement))
    : [255, 255, 255]);
  const luminance = (c) => {
    const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  /* What lies under a word of a drawing: the shapes before it that hold its middle. */
  const shapes = once((svg) => [...svg.querySelectorAll("path, rect, circle, polygon, use")]
    .filter((shape) => !shape.closest("defs, clipPath"))
    .map((shape) => ({ shape, edge: shape.getBoundingClientRect(), style: getComputedStyle(shape) }))
    .filter(({ style }) => style.fill !== "none")
    .map(({ shape, edge, style }) => {
      const fill = colour(style.fill);
      fill[3] *= style.fillOpacity * style.opacity;
      return { shape, edge, fill };
    }));
  const under = (text, svg) => {
    const box = text.getBoundingClientRect();
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    return shapes(svg)
      .filter(({ shape, edge }) => x >= edge.left && x <= edge.right && y >= edge.top && y <= edge.bottom
        && shape.compareDocumentPosition(text) & 4)
      .reduce((below, { fill }) => over(fill, below), ground(svg));
  };

  const words = outputs.flatMap((output) => {
    const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    return found;
  });
  const told = new Set();
  for (const text of words) {
    const parent = text.parentElement;
    if (!text.data.trim() || parent.closest("style, script, title, desc") || !seen(parent)) continue;
    if (parent.closest(".vh, .visually-hidden")) continue;
    const svg = parent.closest("svg"), style = getComputedStyle(parent);
    if (!svg && parseFloat(style.fontSize) < 11) faults.push(`"${text.data.trim().slice(0, 40)}" is ${style.fontSize} small`);
    const below = svg ? under(parent, svg) : ground(parent);
    const ink = colour(svg ? style.fill : style.color);
    if (svg) ink[3] *= style.fillOpacity;
    const ratio = contrast(over(ink, below), below);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.005) {
      const key = `${svg ? "drawing" : parent.tagName} ${ink} ${below}`;
      if (!told.has(key)) faults.push(`"${text.data.trim().slice(0, 40)}" has a contrast of ${ratio.toFixed(2)} (${ink.map(Math.round)} on ${below.map(Math.round)})`);
      told.add(key);
    }
  }

  for (const figure of all("figure")) {
    const name = (figure.querySelector("figcaption") || figure).textContent.trim().slice(0, 50);
    const drawings = [...figure.querySelectorAll("svg")].filter(seen);
    if (drawings.length !== 1) faults.push(`"${name}" shows ${drawings.length} drawings`);
    for (const drawing of drawings) {
      if (drawing.scrollWidth > 0 && drawing.getBoundingClientRect().width < 200) faults.push(`"${name}" is squeezed`);
      if (![...drawing.querySelectorAll("text")].some(seen)) faults.push(`"${name}" has no words`);
      if (colour(getComputedStyle(drawing).backgroundColor)[3] > 0) faults.push(`"${name}" is not transparent`);
    }
  }

  for (const mark of all('a[href^="#n"]')) {
    const before = getComputedStyle(mark, "::before").content, after = getComputedStyle(mark, "::after").content;
    if (!/^ \[\d+\]$/.test(mark.textContent)) faults.push(`the mark "${mark.textContent}" of "${mark.parentElement.textContent.slice(0, 40)}" has no brackets of its own`);
    const inside = document.createRange(), box = mark.getBoundingClientRect();
    inside.selectNodeContents(mark);
    const spot = inside.getBoundingClientRect();
    if (spot.left < box.left - 1 || spot.right > box.right + 1) faults.push(`the mark "${mark.textContent}" of "${mark.parentElement.textContent.slice(0, 40)}" covers its neighbours`);
    if ((before + after).match(/[[\]]/)) faults.push(`the mark "${mark.textContent}" has its brackets twice`);
  }

  /* The look that only our own style sheet gives, and that a host's rules would take away. */
  for (const table of all("table:has(caption)")) {
    if (!seen(table)) continue;
    const name = table.caption.textContent.slice(0, 50);
    const columns = (table.getAttribute("class") || "").split(" ").filter((word) => /^n\d+$/.test(word)).map((word) => +word.slice(1));
    if (getComputedStyle(table.caption).textAlign !== "left") faults.push(`the caption of "${name}" is not on the left`);
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows]).slice(0, 12)) {
      [...row.cells].forEach((cell, at) => {
        const style = getComputedStyle(cell), wanted = (columns.includes(at + 1) || cell.classList.contains("c")) && cell.tagName === "TD" && cell.colSpan === 1 ? "right" : "left";
        if (style.textAlign !== wanted) faults.push(`"${cell.textContent.slice(0, 30)}" in "${name}" is set ${style.textAlign}, not ${wanted}`);
        if (cell.tagName === "TH" && !row.matches(".group") && style.fontWeight > 500) faults.push(`"${cell.textContent.slice(0, 30)}" in "${name}" is bold`);
      });
    }
  }
  for (const cards of all("dl.cards")) {
    const boxes = [...cards.children].map((card) => card.getBoundingClientRect());
    if (getComputedStyle(cards).display !== "grid") faults.push("the cards do not stand side by side");
    for (const card of cards.children)
      for (const part of card.children) {
        const outer = card.getBoundingClientRect(), inner = part.getBoundingClientRect();
        if (inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1)
          faults.push(`"${part.textContent.slice(0, 40)}" lies outside its card`);
        if (inner.width < 0.6 * outer.width) faults.push(`"${part.textContent.slice(0, 40)}" is squeezed in its card`);
      }
  }
  for (const node of all("[src], link[href], image")) {
    const address = node.getAttribute("src") || node.getAttribute("href") || "";
    if (!/^(data:|blob:|#)/.test(address)) faults.push(`an output asks for ${address.slice(0, 60)}`);
  }
  for (const node of all("script")) faults.push("an output needs a script");
  return [...new Set(faults)];
}
