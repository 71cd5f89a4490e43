(() => {
  "use strict";
  const viewer = document.getElementById("viewer");
  const shown = viewer.querySelector("img");
  const said = viewer.querySelector("p");
  document.addEventListener("click", (event) => {
    const small = event.target.closest("a.enlarge");
    const figure = small && document.getElementById(small.hash.slice(1));
    const large = figure && figure.querySelector("img");
    if (!large || !viewer.showModal) return;
    event.preventDefault();
    const caption = figure.querySelector("figcaption");
    shown.src = large.src;
    shown.alt = large.alt;
    said.textContent = caption ? caption.textContent : "";
    viewer.showModal();
  });
  viewer.addEventListener("click", (event) => {
    if (event.target === viewer) viewer.close();
  });

  const filter = document.querySelector(".filter");
  if (filter) {
    const buttons = [...filter.querySelectorAll("button")];
    const words = filter.querySelector("input");
    const status = filter.querySelector(".shown");
    const rows = [...document.querySelectorAll("tr.row")];
    const apply = () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      const off = new Set(
        buttons.filter((it) => it.ariaPressed === "false").map((it) => it.dataset.shows));
      let count = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = off.has(row.parentElement.id) || !wanted.every((it) => text.includes(it));
        count += row.hidden ? 0 : 1;
      }
      for (const body of new Set(rows.map((row) => row.parentElement))) {
        body.hidden = ![...body.querySelectorAll("tr.row")].some((row) => !row.hidden);
      }
      status.textContent = count === rows.length ? "" : `${count} of ${rows.length} findings`;
    };
    for (const button of buttons) {
      button.addEventListener("click", () => {
        button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
        apply();
      });
    }
    words.addEventListener("input", apply);
    filter.hidden = false;
  }

  const folded = () => document.querySelectorAll("details:not(.text):not([open])");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...folded()];
    for (const it of opened) it.open = true;
  });
  addEventListener("afterprint", () => {
    for (const it of opened) it.open = false;
  });
})();
