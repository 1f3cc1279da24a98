// SPDX-License-Identifier: LGPL-2.1-or-later
// Dark or light, as it is chosen in Cockpit: "shell:style" is auto, dark or light. No module, so that it is run before
// anything is drawn.

(function () {
    const system = window.matchMedia("(prefers-color-scheme: dark)");

    function apply(chosen) {
        const style = chosen || localStorage.getItem("shell:style") || "auto";

        document.documentElement.classList.toggle("dark", style === "dark" || style === "auto" && system.matches);
    }

    window.addEventListener("storage", event => event.key === "shell:style" && apply());
    window.addEventListener("cockpit-style", event => apply(event.detail.style));
    system.addEventListener("change", () => apply());
    apply();
}());
