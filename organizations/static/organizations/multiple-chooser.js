/* Several units in one field: Wagtail's chooser window, asked for many, and a row for each unit chosen. */
(() => {
  class OrganizationMultipleChooser extends window.Chooser {
    initHTMLElements(id) {
      this.chooserElement = document.getElementById(`${id}-chooser`);
      this.list = this.chooserElement.querySelector("[data-chosen]");
      this.row = this.chooserElement.querySelector("[data-row]");
      this.list.addEventListener("click", (event) => {
        const button = event.target.closest("[data-remove]");
        if (!button) return;
        button.closest("li").remove();
        this.changed();
      });
    }

    getStateFromHTML() {
      return null;
    }

    getModalOptions() {
      return { multiple: true };
    }

    setStateFromModalData(units) {
      units.forEach((unit) => {
        const chosen = [...this.list.querySelectorAll("input")].some((input) => input.value === String(unit.id));
        if (chosen) return;
        const row = this.row.content.cloneNode(true);
        row.querySelector("input").value = unit.id;
        row.querySelector("span").textContent = unit.title;
        this.list.append(row);
      });
      this.changed();
    }

    /* Tells the form that it has something to save. */
    changed() {
      this.chooserElement.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  const start = () => {
    document.querySelectorAll("[data-organization-chooser]").forEach((element) => {
      if (element.widget) return;
      element.widget = new OrganizationMultipleChooser(element.id.replace(/-chooser$/, ""));
    });
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
