// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts onto the page what is known. Whatever comes from the daemon is text, and is never read as markup.

import * as format from "./format.js";

const ENDED_SHOWN = 20;
/* lvm2 can be asked for these again: the next attempt comes at once. */
const RESUMABLE = ["backing_off", "dormant"];

function describe(kind, path) {
    switch (kind) {
    case "connecting":
        return `Connecting to the daemon at ${path} …`;
    case "lost":
        return "The daemon has closed the connection, as when it restarts. Connecting again …";
    case "absent":
        return `No daemon answers at ${path}. Trying again …`;
    case "denied":
        return `You may not connect to ${path}: administrative access is needed. Trying again …`;
    case "refused":
        return `The daemon at ${path} does not serve you: see access.users in lvmpolld.yaml(5). Trying again …`;
    case "foreign":
        return `What answers at ${path} is no lvmpolld.`;
    case "stock":
        return "The daemon is lvm2's own, and tells too little for this page. “lvmpollctl” shows what it does tell.";
    default:
        return "";
    }
}

function element(name, properties = {}, ...children) {
    const node = Object.assign(document.createElement(name), properties);

    node.append(...children);
    return node;
}

function setText(node, text) {
    if (node.textContent !== text)
        node.textContent = text;
    node.hidden = text === "";
}

/* A cell, with its column's name for narrow screens. */
function cell(label, className, ...parts) {
    const children = parts.map(part => typeof part === "string" ? element("span", { textContent: part, hidden: part === "" }) : part);
    const node = element("td", { className }, ...children);

    node.setAttribute("role", "cell");
    node.dataset.label = label;
    return node;
}

function row(name, ...cells) {
    const heading = element("th", { scope: "row" }, name);
    const node = element("tr", {}, heading, ...cells);

    heading.setAttribute("role", "rowheader");
    node.setAttribute("role", "row");
    return node;
}

/* The row of an operation in flight, which is kept as long as that is. */
class OperationRow {
    constructor(act) {
        const part = (name, className) => element(name, { className });

        this.name = part("bdi", "name");
        this.disks = part("bdi", "note");
        this.operation = part("span", "");
        this.state = part("span", "state");
        this.reason = part("span", "note");
        this.warnings = part("ul", "warnings");
        this.bar = element("progress", { max: 100 });
        this.progress = part("span", "note");
        this.rate = part("span", "");
        this.remaining = part("span", "");
        this.buttons = {};
        for (const [verb, label] of [["abort", "Abort"], ["resume", "Resume"], ["adopt", "Adopt"]])
            this.buttons[verb] = element("button", { type: "button", textContent: label, onclick: () => act(verb, this.entry) });
        this.node = row(element("div", {}, this.name, this.disks),
            cell("Operation", "", this.operation),
            cell("State", "wide", this.state, this.reason, this.warnings),
            cell("Progress", "wide", this.bar, this.progress),
            cell("Rate", "number", this.rate),
            cell("Left", "number", this.remaining),
            cell("", "actions", ...Object.values(this.buttons)));
    }

    show(entry, may) {
        const name = format.formatName(entry);
        const can = {
            abort: entry.abortable === 1,
            resume: RESUMABLE.includes(entry.state) && !entry.abort,
            adopt: entry.state === "unattended" && entry.attended !== 1 && may.adopt,
        };

        this.entry = entry;
        setText(this.name, name);
        setText(this.disks, format.formatDisks(entry));
        setText(this.operation, format.formatOperation(entry));
        setText(this.state, entry.state ?? "");
        setText(this.reason, entry.reason ?? "");
        this.#showWarnings(format.warningsOf(entry));
        this.bar.hidden = entry.percent === undefined;
        this.bar.value = Number(entry.percent) || 0;
        this.bar.setAttribute("aria-label", `Progress of ${name}`);
        setText(this.progress, format.formatProgress(entry));
        setText(this.rate, format.formatRate(entry.rate));
        setText(this.remaining, format.formatDuration(entry.remaining));
        for (const [verb, button] of Object.entries(this.buttons)) {
            button.hidden = !can[verb];
            button.disabled = !may.steer || verb === "adopt" && entry.adopting === 1;
            button.setAttribute("aria-label", `${button.textContent} ${name}`);
        }
    }

    #showWarnings(warnings) {
        if (warnings.join("\n") !== [...this.warnings.children].map(item => item.textContent).join("\n"))
            this.warnings.replaceChildren(...warnings.map(textContent => element("li", { textContent })));
        this.warnings.hidden = warnings.length === 0;
    }
}

function endedRow(entry) {
    const took = entry.elapsed ?? (entry.started && entry.ended ? entry.ended - entry.started : undefined);
    const className = format.isGood(entry) ? "state good" : "state bad";

    return row(element("bdi", { className: "name", textContent: format.formatName(entry) }),
        cell("Operation", "", format.formatOperation(entry)),
        cell("Result", "", element("span", { className, textContent: format.formatResult(entry) })),
        cell("Ended", "", format.formatTime(entry.ended)),
        cell("Took", "number", format.formatDuration(took)),
        cell("Progress", "number", format.formatProgress(entry)));
}

export class View {
    #rows = new Map();
    #path;
    #act;
    #isAllShown = false;

    /* ACT is called with a verb and the entry that its button stands beside. */
    constructor(path, act) {
        this.#path = path;
        this.#act = act;
    }

    /* MAY has what the user may do: steer, adopt. */
    show(kind, operations, may) {
        const isConnected = kind === "connected";

        setText(document.getElementById("daemon"), describe(kind, this.#path));
        setText(document.getElementById("missed"), operations.missed === 0 ? ""
            : `Changes that came too quickly to be told one by one: ${operations.missed}. What is shown is up to date.`);
        setText(document.getElementById("permission"), may.steer || !isConnected ? ""
            : "You need administrative access to abort and resume operations, or access.steer_users in lvmpolld.yaml(5).");
        document.getElementById("resume-all").disabled = !may.steer;
        this.#showInFlight(operations.inFlight, may, isConnected);
        this.#showEnded([...operations.ended.values()]);
    }

    #showInFlight(entries, may, isConnected) {
        const table = document.getElementById("in-flight");
        const body = table.tBodies[0];

        for (const [id, known] of this.#rows) {
            if (!entries.has(id)) {
                known.node.remove();
                this.#rows.delete(id);
            }
        }
        [...entries.keys()].sort((a, b) => a - b).forEach((id, place) => {
            const known = this.#rows.get(id) ?? new OperationRow(this.#act);

            if (body.rows[place] !== known.node)
                body.insertBefore(known.node, body.rows[place] ?? null);
            this.#rows.set(id, known);
            if (known.entry !== entries.get(id) || known.isConnected !== isConnected || known.may !== may)
                known.show(entries.get(id), { ...may, steer: may.steer && isConnected });
            Object.assign(known, { may, isConnected });
        });
        table.hidden = entries.size === 0;
        table.classList.toggle("old", !isConnected);
        setText(document.getElementById("count"), entries.size === 0 ? "" : `${entries.size}`);
        document.getElementById("nothing").hidden = entries.size > 0 || !isConnected;
    }

    #showEnded(entries) {
        const table = document.getElementById("ended");
        const more = document.getElementById("more");
        const shown = entries.reverse().slice(0, this.#isAllShown ? entries.length : ENDED_SHOWN);

        document.getElementById("history").hidden = entries.length === 0;
        more.hidden = shown.length === entries.length;
        more.textContent = `Show all ${entries.length}`;
        more.onclick = () => {
            this.#isAllShown = true;
            this.#showEnded(entries.reverse());
        };
        if (this.shownLast === entries[0] && table.tBodies[0].rows.length === shown.length)
            return;
        this.shownLast = entries[0];
        table.tBodies[0].replaceChildren(...shown.map(endedRow));
    }
}
