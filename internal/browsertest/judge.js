// What a page must have whatever it shows, measured in the browser. The value is
// a list of sentences, one for each thing that is wrong.
(() => {
  const faults = [];
  const name = (e) => e.outerHTML.replace(/\s+/g, ' ').slice(0, 120);
  const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const count = (selector, n) => {
    const found = document.querySelectorAll(selector).length;
    if (found !== n) faults.push(`${found} × ${selector}, not ${n}`);
  };
  for (const once of ['head > title', 'h1', 'body > header', 'body > footer', 'main']) count(once, 1);
  if (!document.title.trim()) faults.push('the title is empty');
  if (!document.querySelector('h1')?.textContent.trim()) faults.push('the h1 is empty');
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`scrolls sideways: ${document.documentElement.scrollWidth} px`);

  // A link among words of the same block is as high as its line and no higher.
  const inText = (e) => {
    if (e.tagName !== 'A' || getComputedStyle(e).display !== 'inline') return false;
    let block = e.parentElement;
    while (block && getComputedStyle(block).display === 'inline') block = block.parentElement;
    return block !== null && block.textContent.trim() !== e.textContent.trim();
  };
  const controls = document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary');
  for (const e of controls) {
    if (!shown(e) || e.matches('.skip')) continue;
    const box = e.getBoundingClientRect();
    if ((box.width < 24 || box.height < 24) && !inText(e)) {
      faults.push(`target of ${Math.round(box.width)} × ${Math.round(box.height)} px: ${name(e)}`);
    }
    if (e.disabled) continue;
    e.focus({ focusVisible: true, preventScroll: true });
    const style = getComputedStyle(e);
    if (document.activeElement !== e || style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) {
      faults.push(`focus cannot be seen on ${name(e)}`);
    }
  }
  document.activeElement?.blur();
  return faults;
})()
