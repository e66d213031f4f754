// Adds names for screen readers that Django's pages lack. Select2 names its box by the chosen value, so an empty box has
// no name. This runs after jQuery's `ready`, where Django makes the boxes.
addEventListener('load', () => django.jQuery(() => {
  document.querySelectorAll('select.admin-autocomplete').forEach((select) => {
    const box = select.nextElementSibling?.querySelector('[role=combobox]');
    if (!box) return;
    const [label] = select.labels;
    box.setAttribute('aria-label', label ? label.textContent.replace(':', '') : select.getAttribute('aria-label'));
    box.removeAttribute('aria-labelledby');
    const chosen = box.querySelector('[role=textbox]');
    chosen?.removeAttribute('role');
    chosen?.removeAttribute('aria-readonly');
  });
  document.getElementById('searchbar')?.setAttribute('aria-label', 'Search');
  document.querySelectorAll('span.help-tooltip').forEach((tip) => tip.setAttribute('role', 'img'));
}));
