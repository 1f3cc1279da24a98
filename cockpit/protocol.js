// SPDX-License-Identifier: LGPL-2.1-or-later
// The daemon's messages, as lvmpolld-protocol(7) has them.

const END = "\n##\n";
const FIELD = /^[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\[^])*)"|(-?\d+))/gm;

/* The text of a request with its end; parameters are numbers. */
export function formatRequest(name, parameters = {}) {
    const lines = [`request="${name}"`];
    for (const [key, value] of Object.entries(parameters))
        lines.push(`${key}=${Number(value)}`);
    return lines.join("\n") + END;
}

/* The fields of a message. Of a key that comes twice the first counts; an empty string is as good as none. */
export function parseMessage(text) {
    const message = Object.create(null);
    for (const [, key, string, number] of text.matchAll(FIELD)) {
        if (!(key in message))
            message[key] = number === undefined ? string.replace(/\\([^])/g, "$1") : Number(number);
    }
    for (const key of Object.keys(message)) {
        if (message[key] === "")
            delete message[key];
    }
    return message;
}

/* Cuts a stream of bytes into messages, wherever its pieces end. What is not UTF-8 is replaced. */
export class MessageReader {
    #decoder = new TextDecoder();
    #rest = "";

    /* Returns the messages that are whole with these bytes. */
    read(bytes) {
        const texts = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(END);
        this.#rest = texts.pop();
        return texts.map(parseMessage);
    }
}
