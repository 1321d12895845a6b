/* The button of a page that is made for paper. Without it the browser's own menu prints. */
"use strict";
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
