// Keys for those who go through many: j and k in a list, / to look; on a thread a, f, n open what they stand for, u goes back.
(() => {
  const links = [...document.querySelectorAll("[data-keys] a")];
  const back = document.querySelector("[data-back]");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const here = links.indexOf(document.activeElement);
    if (event.key === "j" && links.length) links[Math.min(here + 1, links.length - 1)].focus();
    else if (event.key === "k" && links.length) links[Math.max(here - 1, 0)].focus();
    else if (event.key === "/" && links.length) {
      const filters = document.querySelector(".feedback-filters");
      filters.open = true;
      filters.querySelector("input[name=q]").focus();
    } else if (event.key === "u" && back) window.location.assign(back.dataset.back);
    else {
      const found = back && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!found) return;
      if (found.tagName === "DETAILS") {
        found.open = true;
        found.querySelector("textarea, button, input:not([type=hidden])").focus();
      } else found.focus();
    }
    event.preventDefault();
  });
})();
