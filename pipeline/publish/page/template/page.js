"use strict";
(function () {
  // Everything can be read without this. It opens the contents where there is room, marks where the
  // reader is, and takes the tab stop from what does not scroll.
  const contents = document.querySelector("nav.contents details");
  if (contents) {
    const roomy = matchMedia("(min-width: 72rem)");
    const fit = function () {
      contents.open = roomy.matches;
      contents.querySelector("summary").tabIndex = roomy.matches ? -1 : 0;
    };
    fit();
    roomy.addEventListener("change", fit);
    contents.addEventListener("click", function (event) {
      if (event.target.closest("a") && !roomy.matches) contents.open = false;
    });
    const links = new Map();
    contents.querySelectorAll("li a").forEach(function (link) {
      const part = document.getElementById(link.hash.slice(1));
      if (part) links.set(part, link);
    });
    const parts = Array.from(links.keys());
    const follow = function () {
      let here = parts[0];
      parts.forEach(function (part) {
        if (part.getBoundingClientRect().top < innerHeight / 3) here = part;
      });
      if (innerHeight + scrollY >= document.documentElement.scrollHeight - 4) {
        const aimed = document.getElementById(location.hash.slice(1));
        here = links.has(aimed) && aimed.getBoundingClientRect().top < innerHeight ? aimed : here;
      }
      links.forEach(function (link, part) {
        if (part === here) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    };
    let waiting = false;
    addEventListener("scroll", function () {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(function () { waiting = false; follow(); });
    }, { passive: true });
    follow();
  }
  const watch = new ResizeObserver(function (changes) {
    changes.forEach(function (change) {
      const box = change.target;
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      const region = { tabindex: "0", role: "region", "aria-labelledby": box.dataset.label };
      Object.keys(region).forEach(function (name) {
        if (scrolls) box.setAttribute(name, region[name]);
        else box.removeAttribute(name);
      });
      box.toggleAttribute("data-scrolls", scrolls);
    });
  });
  document.querySelectorAll(".scroll, .chart").forEach(function (box) {
    box.dataset.label = box.getAttribute("aria-labelledby");
    watch.observe(box);
  });
}());
