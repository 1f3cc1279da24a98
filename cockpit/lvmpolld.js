// SPDX-License-Identifier: LGPL-2.1-or-later
// The page: what the daemon tells is shown at most once a frame, and buttons are run.

import { Connection } from "./connection.js";
import { Operations } from "./operations.js";
import { runVerb } from "./tool.js";
import { View } from "./view.js";

const config = cockpit.manifests.lvmpolld.config;
const operations = new Operations();
const permission = cockpit.permission({ admin: true });
const view = new View(config.socket, act);
const running = new Set();
let may = {};
let isDue = false;

function tell(text, className) {
    document.getElementById("result-text").textContent = text;
    document.getElementById("result").className = `message ${className}`;
}

async function act(verb, entry) {
    const name = `${verb} ${entry?.id ?? ""}`;

    if (running.has(name))
        return;
    running.add(name);
    await runVerb(verb, entry, config, tell);
    running.delete(name);
    connection.refresh();
}

function show() {
    const next = {
        steer: permission.allowed !== false || connection.maySteer,
        adopt: connection.extensions.includes("adopt"),
    };

    isDue = false;
    // Rows are drawn anew where this is another object.
    if (next.steer !== may.steer || next.adopt !== may.adopt)
        may = next;
    view.show(connection.kind, operations, may);
}

function changed() {
    if (!isDue)
        requestAnimationFrame(show);
    isDue = true;
}

const connection = new Connection(cockpit.channel, config.socket, operations, changed);

permission.addEventListener("changed", changed);
document.getElementById("resume-all").addEventListener("click", () => act("resume"));
document.getElementById("result-close").addEventListener("click", () => tell("", "empty"));
changed();
