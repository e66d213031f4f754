// Fills in names that Django's pages leave out, for those who hear them. Select2 names its box after what is chosen:
// nothing, while nothing is. Behind `ready`, where Django makes these boxes.
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
