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
    form.querySelectorAll("input[name=pay]").forEach((each) => {
      const amount = form.elements[`amount-${each.value}`];
      amount.disabled = !each.checked; // it is not counted, and looks so
      if (each.checked) cents += read(amount.value);
    });
    line.hidden = false;
    line.querySelector("output").textContent = `$${(cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })}`;
  };
  form.addEventListener("input", add);
  add();
});

/* another account: its page is loaded at once, and what was typed into the form above which it was chosen comes along */
const TYPED = "ml-typed";
const isTyped = (each) => each.name && each.type !== "hidden" && each.type !== "password" && !("accountChoice" in each.dataset);
const choice = document.querySelector("[data-account-choice]");
if (choice) {
  const show = choice.closest(".toolbar").querySelector("button:not(.sr)");
  show.remove(); // Enter in the form then is Continue
  const kept = JSON.parse(sessionStorage.getItem(TYPED) ?? "null");
  sessionStorage.removeItem(TYPED);
  if (kept?.page === location.pathname) {
    choice.focus();
    for (const [name, value, checked] of choice.name === "chosen" ? kept.fields : []) {
      const field = [...choice.form.elements].find((each) => each.name === name && (checked === null || each.value === value));
      if (field && checked !== null) field.checked = checked;
      else if (field) field.value = value;
    }
  }
  choice.addEventListener("change", () => {
    const fields = [...choice.form.elements].filter(isTyped).flatMap((each) => {
      const ticks = each.type === "checkbox" || each.type === "radio";
      if (ticks) return each.checked === each.defaultChecked ? [] : [[each.name, each.value, each.checked]];
      return each.value === each.defaultValue ? [] : [[each.name, each.value, null]];
    });
    sessionStorage.setItem(TYPED, JSON.stringify({ page: location.pathname, fields: choice.name === "chosen" ? fields : [] }));
    const asked = choice.name === "chosen" ? { account: choice.value, chosen: choice.value } : { account: choice.value };
    location.assign(`${location.pathname}?${new URLSearchParams(asked)}`);
  });
}
