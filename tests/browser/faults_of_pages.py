"""Serious faults of pages by axe. Contrast is measured once for each way that texts look, not for each text again.

Contrast is most of what axe spends its time on, and a table of fifty rows shows the same three colours. It follows from
what `LOOK` makes a look of: the text's colour and size, and all grounds below it. Where axe found a text legible, its
look counts as legible for the rest of the run; what axe found illegible or could not tell is measured each time.
"""

from dataclasses import dataclass, field
from typing import Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SERIOUS: Final = ("serious", "critical")

LOOK: Final = """
async ({legible, serious}) => {
  const contrast = "color-contrast";
  const known = new Set(legible);
  const grounds = new Map([[null, ""]]);
  const groundOf = element => {
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode,
        style.position, style.float, style.transform, style.clipPath, style.margin.includes("-")].join("|");
      grounds.set(element, `${groundOf(element.parentElement)}/${own}`);
    }
    return grounds.get(element);
  };
  const short = text => {  // 64 bits of it: every page is told all looks that are known
    let high = 0xdeadbeef, low = 0x41c6ce57;
    for (let place = 0; place < text.length; place++) {
      high = Math.imul(high ^ text.charCodeAt(place), 2654435761);
      low = Math.imul(low ^ text.charCodeAt(place), 1597334677);
    }
    return `${high >>> 0}.${low >>> 0}`;
  };
  const lookOf = element => {
    const style = getComputedStyle(element);
    const signs = ["::before", "::after"].map(sign => getComputedStyle(element, sign).content);
    return short([element.tagName, element.disabled, style.color, style.fontSize, style.fontWeight, style.textShadow,
      ...signs, groundOf(element)].join("|"));
  };
  const hasText = element => "value" in element
    || [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isShown = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true});

  const found = [];
  const newlyLegible = [];
  const measure = async elements => {
    if (!elements.length) return;
    const settings = {resultTypes: ["violations", "passes"], elementRef: true, runOnly: [contrast]};
    const {violations, passes} = await axe.run({include: elements}, settings);
    found.push(...violations);
    for (const {element} of passes.flatMap(rule => rule.nodes)) {
      known.add(lookOf(element));
      newlyLegible.push(lookOf(element));
    }
  };
  const texts = [...document.body.querySelectorAll("*")].filter(element => hasText(element) && isShown(element));
  const looks = new Map(texts.map(element => [element, lookOf(element)]));
  const isNew = element => !known.has(looks.get(element));
  const oneOfEach = new Map(texts.filter(isNew).reverse().map(element => [looks.get(element), element]));
  // A rule's own impact is that of all it finds: rules whose finds would be left out are not run at all.
  const isLeftOut = rule => rule.impact && !serious.includes(rule.impact);
  const leftOut = [contrast, ...axe._audit.rules.filter(isLeftOut).map(rule => rule.id)];
  const rules = Object.fromEntries(leftOut.map(id => [id, {enabled: false}]));
  const withoutContrast = {resultTypes: ["violations"], rules};
  found.push(...(await axe.run(document, withoutContrast)).violations);
  await measure([...oneOfEach.values()]);
  await measure(texts.filter(isNew));
  return {legible: newlyLegible, faults: found.filter(fault => serious.includes(fault.impact))
    .map(fault => `${fault.id}: ${JSON.stringify(fault.nodes.map(node => node.target))}`)};
}
"""


@dataclass
class Faults:
    """Looks pages over; `legible` are the looks of texts that were found legible in this run."""

    legible: set[str] = field(default_factory=set)

    def of(self, page: Page) -> list[str]:
        """Return the serious faults of a page, each as its rule and the places; [] for none."""
        page.evaluate(AXE_SCRIPT)
        found = page.evaluate(LOOK, {"legible": sorted(self.legible), "serious": SERIOUS})
        self.legible.update(found["legible"])
        return list(found["faults"])
