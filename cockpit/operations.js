// SPDX-License-Identifier: LGPL-2.1-or-later
// What the daemon has told: what is in flight, and what ended lately.

/* No daemon keeps more (history.entries). */
const ENDED_MAX = 10000;

export class Operations {
    inFlight = new Map(); // by number
    ended = new Map(); // by what no other has; the latest last
    missed = 0; // changes that the daemon has not told, since it was not read quickly enough
    #told = new Set();

    /* A message of a list, or of a watch. */
    take(message) {
        if (message.response === "OK")
            this.#told = new Set();
        else if (message.item === "end")
            this.#dropUntold();
        else if (message.item === "missed")
            this.missed += message.changes;
        else if (message.item === "ended" || message.event === "destroy")
            this.#end(message);
        else if (message.item === "operation" || message.item === "unattended")
            this.#put(message);
    }

    /* The daemon still finds out whether these can be adopted. */
    isAdopting() {
        return [...this.inFlight.values()].some(entry => entry.adopting);
    }

    #put(entry) {
        this.#told.add(entry.id);
        this.inFlight.set(entry.id, entry);
    }

    /* Before a boot there were other operations of the same numbers. */
    #end(entry) {
        const key = `${entry.id} ${entry.ended} ${entry.lvid}`;

        if (entry.event === "destroy")
            this.inFlight.delete(entry.id);
        if (!this.ended.has(key))
            this.ended.set(key, entry);
        if (this.ended.size > ENDED_MAX)
            this.ended.delete(this.ended.keys().next().value);
    }

    /* A list is whole: what it does not have is over. */
    #dropUntold() {
        for (const id of this.inFlight.keys()) {
            if (!this.#told.has(id))
                this.inFlight.delete(id);
        }
    }
}
