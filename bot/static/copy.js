/* A button that copies the text of the element it names. Without the clipboard it stays hidden. */
"use strict";
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      document.getElementById(`${button.dataset.copy}-copied`).textContent = button.dataset.done;
    });
  }
}
