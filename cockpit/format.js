// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers and results as people read them, and as lvmpollctl has them.

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/* Unknown numbers are "", here and below. */
export function formatSize(bytes) {
    let unit = 0;

    if (bytes === undefined)
        return "";
    for (; bytes >= 1023.95 && unit < UNITS.length - 1; unit++)
        bytes /= 1024;
    return `${Number.isInteger(bytes) ? bytes : bytes.toFixed(1)} ${UNITS[unit]}`;
}

export function formatRate(bytes) {
    return bytes === undefined ? "" : formatSize(bytes) + "/s";
}

function twoUnits(seconds, unit, name, smaller, smallerName) {
    const rest = Math.floor(seconds % unit / smaller);

    return `${Math.floor(seconds / unit)} ${name} ${String(rest).padStart(2, "0")} ${smallerName}`;
}

export function formatDuration(seconds) {
    if (seconds === undefined)
        return "";
    if (seconds < MINUTE)
        return `${seconds} s`;
    if (seconds < HOUR)
        return twoUnits(seconds, MINUTE, "min", 1, "s");
    if (seconds < DAY)
        return twoUnits(seconds, HOUR, "h", MINUTE, "min");
    return twoUnits(seconds, DAY, "d", HOUR, "h");
}

export function formatTime(seconds) {
    return seconds === undefined ? "" : new Date(seconds * 1000).toLocaleString();
}

export function formatName(entry) {
    return `${entry.vg ?? "?"}/${entry.lv ?? "?"}`;
}

export function formatOperation(entry) {
    return (entry.operation ?? "?") + (entry.abort ? " (abort)" : "");
}

/* "24.0 % of 100 GiB", as far as it is known. */
export function formatProgress(entry) {
    const percent = entry.percent === undefined ? "" : `${(Number(entry.percent) || 0).toFixed(1)} %`;

    return [percent, formatSize(entry.total_bytes)].filter(Boolean).join(" of ");
}

/* Where data comes from and goes to. */
export function formatDisks(entry) {
    const disks = [entry.source, entry.destinations?.split(" ").join(", ")].filter(Boolean);

    return disks.join(" → ");
}

export function isGood(entry) {
    return entry.result === "retcode" && entry.value === 0;
}

/* What those who waited were told. */
export function formatResult(entry) {
    if (entry.result === undefined)
        return "over";
    if (isGood(entry))
        return "done";
    return [entry.result, entry.value].filter(part => part !== undefined).join(" ");
}

/* What is wrong with an operation in flight, a sentence each. */
export function warningsOf(entry) {
    const warnings = [];

    if (entry.failed_devices > 0)
        warnings.push(`Failed disks: ${entry.failed_devices}`);
    if (entry.stalled !== undefined)
        warnings.push(`Nothing has been copied for ${formatDuration(entry.stalled)}`);
    if (entry.result !== undefined && !isGood(entry))
        warnings.push(`It fails (${formatResult(entry)}), and is tried again`);
    return warnings;
}
