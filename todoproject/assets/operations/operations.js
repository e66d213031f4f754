// Select2 names its box after what is chosen: nothing, while nothing is. This adds the name of the field before it.
addEventListener('load', () => {
  document.querySelectorAll('select.admin-autocomplete').forEach((select) => {
    const box = select.nextElementSibling?.querySelector('[role=combobox]');
    const label = select.labels[0];
    if (!box) return;
    if (label) {
      label.id ||= `label_${select.id}`;
      box.setAttribute('aria-labelledby', `${label.id} ${box.getAttribute('aria-labelledby')}`);
    } else {
      box.setAttribute('aria-label', select.getAttribute('aria-label'));
      box.removeAttribute('aria-labelledby');
    }
  });
});
