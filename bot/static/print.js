/* The button of a page that is made for paper. Without it the browser's own menu prints. */
"use strict";
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
