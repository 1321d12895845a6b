/* The account page: the menu closes by Escape and by a press elsewhere, and what needs scripts appears. */
const menu = document.querySelector(".account-menu");

const close = (but) => {
  menu?.querySelectorAll("details[open]").forEach((each) => {
    if (each !== but) each.open = false;
  });
};

document.addEventListener("click", (event) => close(event.target.closest(".account-menu details")));
document.addEventListener("keydown", (event) => {
  const open = menu?.querySelector("details[open]");
  if (event.key !== "Escape" || !open) return;
  close();
  open.querySelector("summary").focus();
});

document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

/* a form that acts is sent once, however often the button is pressed; the server makes sure of it as well */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));

/* what the accounts chosen come to; the read-back adds it up again */
document.querySelectorAll("[data-pay-total]").forEach((line) => {
  const form = line.closest("form");
  const read = (text) => (/^\s*\$?\s?[\d,]+(\.\d{1,2})?\s*$/.test(text) ? Math.round(Number(text.replace(/[$,\s]/g, "")) * 100) : 0);
  const add = () => {
    let cents = 0;
    form.querySelectorAll("input[name=pay]:checked").forEach((each) => {
      cents += read(form.elements[`amount-${each.value}`].value);
    });
    line.hidden = false;
    line.querySelector("output").textContent = `$${(cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`;
  };
  form.addEventListener("input", add);
  add();
});
