// SPDX-License-Identifier: LGPL-2.1-or-later
// The connection to the daemon: begun again, after pauses that grow, whenever it is lost.

import { formatRequest, MessageReader } from "./protocol.js";

const PAUSES_MS = [250, 500, 1000, 2000, 5000, 10000];
const ASK_AGAIN_MS = 1000;
const UNATTENDED_MS = 30000; // no event tells of what nobody sees to

export class Connection {
    kind = "connecting"; // see describe() in view.js for each
    extensions = [];
    maySteer = false; // the daemon lets this user abort, resume and adopt
    #open;
    #path;
    #operations;
    #changed;
    #channel = null;
    #attempts = 0;
    #timer = null;

    /* OPEN is cockpit.channel; CHANGED is called whenever there is something to show. */
    constructor(open, path, operations, changed) {
        this.#open = open;
        this.#path = path;
        this.#operations = operations;
        this.#changed = changed;
        this.#connect();
    }

    /* Asks for all there is, which comes in its time. */
    refresh() {
        if (this.kind === "connected")
            this.#send("list", { ended: 1 });
    }

    #connect() {
        const channel = this.#open({ payload: "stream", unix: this.#path, binary: true, superuser: "try" });
        const reader = new MessageReader();
        const answer = { isGreeted: false, isListed: false, isReading: false };

        this.#channel = channel;
        channel.addEventListener("message", (event, bytes) => {
            for (const message of reader.read(bytes))
                this.#take(message, answer);
            this.#changed();
        });
        channel.addEventListener("close", (event, options) => this.#lose(options.problem, answer));
        this.#send("hello");
    }

    #send(name, parameters) {
        this.#channel.send(new TextEncoder().encode(formatRequest(name, parameters)));
    }

    #take(message, answer) {
        if (!answer.isGreeted) {
            answer.isGreeted = true;
            this.#greet(message);
            return;
        }
        this.#operations.take(message);
        if (message.response)
            answer.isReading = message.history === "reading";
        else if (message.item === "missed")
            this.#refreshIn(ASK_AGAIN_MS);
        else if (message.item === "end")
            this.#askOn(answer);
    }

    /* The list that began the watch is whole, or a later one, which has the history. */
    #askOn(answer) {
        if (!answer.isListed) {
            answer.isListed = true;
            this.refresh();
        } else if (answer.isReading || this.#operations.isAdopting()) {
            this.#refreshIn(ASK_AGAIN_MS);
        } else if (this.extensions.includes("adopt")) {
            this.#refreshIn(UNATTENDED_MS);
        }
    }

    #greet(reply) {
        this.#attempts = 0;
        this.extensions = (reply.extensions ?? "").split(" ");
        this.maySteer = reply.may_steer === 1;
        if (reply.protocol !== "lvmpolld") {
            this.kind = "foreign";
        } else if (!this.extensions.includes("watch")) {
            this.kind = "stock";
        } else {
            this.kind = "connected";
            this.#send("watch");
        }
    }

    #refreshIn(ms) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.refresh(), ms);
    }

    #lose(problem, answer) {
        const pause = PAUSES_MS[Math.min(this.#attempts++, PAUSES_MS.length - 1)];

        if (problem === "access-denied")
            this.kind = "denied";
        else if (problem === "not-found")
            this.kind = "absent";
        else
            this.kind = answer.isGreeted ? "lost" : "refused";
        this.extensions = [];
        this.maySteer = false;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#connect(), pause);
        this.#changed();
    }
}
