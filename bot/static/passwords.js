/* A button beside each password field that shows what is typed. Without scripts the fields are as they are. */
const words = document.currentScript.dataset;

document.querySelectorAll('input[type="password"]').forEach((input) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.setAttribute("aria-controls", input.id);
  const label = input.labels[0]?.firstChild?.textContent.trim() ?? "";
  const turn = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? words.hide : words.show;
    button.setAttribute("aria-label", `${button.textContent}: ${label}`);
  };
  turn(false);
  button.addEventListener("click", () => turn(input.type === "password"));
  // a browser offers to keep only what leaves a password field
  input.form?.addEventListener("submit", () => turn(false));
  const row = document.createElement("div");
  row.className = "reveal";
  input.replaceWith(row);
  row.append(input, button);
  if (input.autofocus) input.focus();
});
