// SPDX-License-Identifier: LGPL-2.1-or-later
// The buttons: what lvmpollctl does, as root or else as the user, and what it says.

import { formatName } from "./format.js";

const ARGUMENTS = {
    abort: entry => ["abort", `id:${entry.id}`],
    adopt: entry => ["adopt", `id:${entry.id}`],
    resume: entry => entry ? ["resume", entry.vg] : ["resume"],
};

function describe(verb, entry) {
    return entry ? `${verb} ${formatName(entry)}` : verb;
}

function sentenceOf(error, path) {
    if (error.problem === "access-denied")
        return "administrative access is needed";
    if (error.problem === "not-found")
        return `${path} is not installed`;
    return error.message?.trim() || `status ${error.exit_status}`;
}

/* What has run for hours is not aborted by one click. */
function confirmAbort(entry) {
    const dialog = document.getElementById("confirm");

    document.getElementById("confirm-what").textContent = `Abort the ${entry.operation} of ${formatName(entry)}?`;
    document.getElementById("confirm-move").hidden = entry.operation !== "pvmove";
    document.getElementById("confirm-other").hidden = entry.operation === "pvmove";
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise(resolve => {
        dialog.addEventListener("close", () => resolve(dialog.returnValue === "abort"), { once: true });
    });
}

/* Runs the verb, unless the user does not want it after all, and tells so, then how it ended. */
export async function runVerb(verb, entry, config, tell) {
    if (verb === "abort" && !await confirmAbort(entry))
        return;
    const what = describe(verb, entry);
    const command = [config.lvmpollctl, "--socket", config.socket, ...ARGUMENTS[verb](entry)];

    tell(`${what} …`, "");
    try {
        // Without administrative access the daemon says whether the user may.
        const output = await cockpit.spawn(command, { superuser: "try", err: "message" });

        tell(`${what}: ${output.trim() || "done"}`, "good");
    } catch (error) {
        tell(`${what}: ${sentenceOf(error, config.lvmpollctl)}`, "bad");
    }
}
