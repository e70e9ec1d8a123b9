#!/usr/bin/env python3
"""Checks that the code has the architecture that docs/rooms.txt describes.

  arrows    docs/rooms.txt, Package.swift and the imports of all files agree; layers are obeyed
  picture   the picture in docs/architecture.md shows each room of docs/rooms.txt in its layer
  types     no top-level type has the same name as one of another target
  columns   comment lines have at most 100 columns
  paths     only inputs spell the roots of source paths (kvm, xen, app, rrdd, cgroup, host)
  unsafe    `unsafe` occurs only in rooms that are marked for it; nothing imports Foundation

Without a CHECK, all run. Each violation is one line on standard error; then the status is 1.
"""
import argparse
import graphlib
import json
import re
import subprocess
import sys
from collections import Counter, namedtuple
from pathlib import Path

# The layers in order, each with the layers that its rooms may import.
LAYERS = {
    "C": ["C"],
    "Core": ["C", "Core"],
    "Formats": ["C", "Core", "Formats"],
    "Inputs": ["C", "Core", "Formats", "Inputs"],
    "Views": ["C", "Core", "Formats", "Views"],
    "Publish": ["C", "Core", "Formats", "Publish"],
    "Testing": ["C", "Core", "Formats", "Testing"],
    "Tools": ["C", "Core", "Formats", "Inputs", "Views", "Publish", "Testing"],
}
# Toolchain modules that every room may import, and those that need permission in docs/rooms.txt.
TOOLCHAIN = {"Swift", "Glibc", "Synchronization"}
PERMITTED_TOOLCHAIN = {"FoundationEssentials"}
# Literals that look like paths of inputs but are not. Each entry: (file, literal): reason.
PATH_ALLOWLIST = {
    ("Sources/Core/StatsTree/Groups/Provenance.swift", "cgroup"): "the name of an access method",
    ("Sources/Core/StatsTree/Groups/Provenance.swift", "rrdd"): "the name of an access method",
    ("Sources/Tools/vitals/Observation/KnownStatistics.swift", "kvm"): "the name of a group",
    ("Sources/Views/StatsFormats/OpenMetrics/MetricLayout.swift", "app"): "part of metric names",
    ("Sources/Views/StatsRules/Rules/RuleScope.swift", "host"): "the name of a role",
    ("Sources/Views/StatsText/Reports/SourceList.swift", "cgroup"): "the name of a label",
}
PATH_LAYERS = ["Core", "Views", "Publish", "Tools"]
PATH_LITERAL = re.compile(r"(kvm|xen|app|rrdd|cgroup|host)(/|$)")
DIRECTORIES = ["Sources", "Tests", "Benchmarks", "Fuzz", "Examples"]
MAXIMUM_COLUMNS = 100
NEWLINE = "\n"

ROOM = re.compile(r"(\w+)\s+([\w-]+)(\s+unsafe)?\s*:\s*(.*)")
IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)", re.M)
# swift format keeps top-level declarations in the first column.
TYPE = re.compile(
    r"^((?:@?\w+(?:\([^)\n]*\))?[ \t]+)*)(?:struct|class|enum|protocol|actor)[ \t]+(\w+)", re.M)
UNSAFE = re.compile(r"\bunsafe\b")
CODE_TOKEN = re.compile(
    r'(?P<comment>//[^\n]*)|`[^`\n]*`|(?P<hashes>#*)(?P<quote>"""|")|[()]')


class SwiftFile:
    """A Swift file, divided into `code` (which keeps the file's lines), literals and comments.

    `literals` has (line, text, is multi-line), with each interpolation replaced by `\\(…)`;
    `comments` has the numbers of the lines that have a `//` comment.
    """

    def __init__(self, root, path):
        self.parts = path.relative_to(root).parts
        self.name = "/".join(self.parts)
        self.text = path.read_text(encoding="utf-8")
        self.code, self.literals, self.comments = "", [], []
        at = 0
        while at < len(self.text):
            at = self.scan_code(at)

    def scan_code(self, at):
        """Scans to the end or to an unmatched `)`. Returns the offset after it."""
        depth = 0
        while match := CODE_TOKEN.search(self.text, at):
            self.code += self.text[at:match.start()]
            at = match.end()
            if match["comment"]:
                self.comments.append(self.text.count("\n", 0, at) + 1)
            elif match["quote"]:
                at = self.scan_literal(at, match["quote"], match["hashes"])
            else:
                depth += {"(": 1, ")": -1}.get(match[0], 0)
                if depth < 0:
                    return at
                self.code += match[0]
        self.code += self.text[at:]
        return len(self.text)

    def scan_literal(self, at, quote, hashes):
        """Scans from the first character of a literal to its end. Returns the offset after it."""
        end = quote + hashes if quote == '"""' else rf"{quote}{hashes}|\n"
        token = re.compile(rf"(?P<end>{end})|\\{hashes}(?:(?P<interpolation>\()|.)", re.S)
        line, text = self.text.count("\n", 0, at) + 1, ""
        while match := token.search(self.text, at):
            text += self.text[at:match.start()]
            self.code += "\n" * self.text.count("\n", at, match.end())
            at = match.end()
            if match["end"]:
                break
            if match["interpolation"]:
                at = self.scan_code(at)
            text += "\\(…)" if match["interpolation"] else match[0]
        self.literals.append((line, text, quote == '"""'))
        return at

    def find(self, pattern):
        """Yields (place, match) for each match of a pattern in the code."""
        for match in pattern.finditer(self.code):
            yield f"{self.name}:{self.code.count(NEWLINE, 0, match.end()) + 1}", match


# A line of docs/rooms.txt. `allowed` has the modules that the room may import; those of them that
# other packages or the toolchain have are also in `outside`. `is_open`: the line has a `*`.
Room = namedtuple("Room", "place layer name is_unsafe is_open allowed outside")


class Repository:
    def __init__(self, root, package):
        self.root, self.package, self.rooms, self.problems = root, package, {}, []
        self.files = [SwiftFile(root, path) for directory in DIRECTORIES
                      for path in sorted((root / directory).rglob("*.swift"))
                      if ".build" not in path.relative_to(root).parts]
        text = re.sub(r"[ \t]*#.*", "", (root / "docs/rooms.txt").read_text(encoding="utf-8"))
        # A line that begins with a space continues the one before.
        for match in re.finditer(r"^\S.*(?:\n[ \t]+\S.*)*", text, re.M):
            self.add_room(f"docs/rooms.txt:{text.count(NEWLINE, 0, match.start()) + 1}", match[0])
        for room in self.rooms.values():
            if room.is_open:
                room.allowed.update(other.name for other in self.rooms.values()
                                    if other.layer in LAYERS[room.layer])

    def add_room(self, place, text):
        match = ROOM.fullmatch(" ".join(text.split()))
        if not match or match[1] not in LAYERS or match[2] in self.rooms:
            self.report(place, "not a line 'Layer Target [unsafe] : dependencies' of a new target; "
                        f"correct it (layers: {', '.join(LAYERS)})")
            return
        words = set(match[4].split()) - {"-"}
        outside = {word.strip("[]") for word in words if word.startswith("[")}
        allowed = {word.strip("[]") for word in words} - {"*"}
        self.rooms[match[2]] = Room(
            place, match[1], match[2], bool(match[3]), "*" in words, allowed, outside)

    def report(self, place, message):
        self.problems.append(f"{place}: {message}")

    def sources(self, layers=None):
        """The Swift files below Sources, or only those of some layers."""
        return [file for file in self.files
                if file.parts[0] == "Sources" and (not layers or file.parts[1] in layers)]

    def room(self, file):
        """The room of a file in Sources/<Layer>/<Target>, or `None`."""
        room = self.rooms.get(file.parts[2]) if len(file.parts) > 3 else None
        return room if room and room.layer == file.parts[1] else None

    def targets(self):
        """The targets of Package.swift in Sources: for each name, its path and dependencies."""
        if self.package:
            text = sys.stdin.read() if self.package == "-" else Path(self.package).read_text()
        else:
            text = subprocess.run(["swift", "package", "dump-package"], cwd=self.root, check=True,
                                  stdout=subprocess.PIPE, text=True).stdout
        targets = {}
        for target in json.loads(text)["targets"]:
            path = target.get("path") or f"Sources/{target['name']}"
            if target["type"] != "test" and path.startswith("Sources/"):
                # A dependency is {kind: [name, ...]}.
                targets[target["name"]] = path, {
                    next(iter(dependency.values()))[0] for dependency in target["dependencies"]}
        return targets


def check_table(repository):
    """Checks docs/rooms.txt by itself: order, known names, layers, no cycle."""
    rooms, report = repository.rooms, repository.report
    layers = [list(LAYERS).index(room.layer) for room in rooms.values()]
    if layers != sorted(layers):
        report("docs/rooms.txt", f"layers are out of order; sort them: {', '.join(LAYERS)}")
    for room in rooms.values():
        for name in sorted(room.allowed - room.outside):
            if name not in rooms:
                report(room.place, f"{room.name} depends on {name}, which has no line; add one, or "
                       f"write [{name}] if it is from another package")
            elif rooms[name].layer not in LAYERS[room.layer]:
                report(room.place, f"{room.name} depends on {name} in {rooms[name].layer}; "
                       f"{room.layer} may import only {', '.join(LAYERS[room.layer])}")
    try:
        graphlib.TopologicalSorter({room.name: room.allowed for room in rooms.values()}).prepare()
    except graphlib.CycleError as error:
        cycle = " → ".join(reversed(error.args[1]))
        report("docs/rooms.txt", f"dependency cycle {cycle}; remove one of its arrows")


def check_arrows(repository):
    check_table(repository)
    rooms, report, targets = repository.rooms, repository.report, repository.targets()
    used = {name: set() for name in rooms}
    for file in repository.sources():
        room = repository.room(file)
        if not room:
            report(file.name, "the file is in no room; move it to Sources/<Layer>/<Target>")
            continue
        for place, match in file.find(IMPORT):
            used[room.name].add(match[1])
            if match[1] not in room.allowed | TOOLCHAIN:
                report(place, f"{room.name} imports {match[1]}, which docs/rooms.txt does not "
                       f"allow; remove the import, or add {match[1]} to the line of {room.name}")
    for name in sorted(rooms.keys() - targets.keys()):
        report(rooms[name].place, f"{name} is not a target of Package.swift; remove the line")
    for name, (path, dependencies) in targets.items():
        room = rooms.get(name)
        if not room:
            report("Package.swift", f"target {name} has no line in docs/rooms.txt; add one")
            continue
        if path != (expected := f"Sources/{room.layer}/{name}"):
            report("Package.swift", f"the path of target {name} is {path}; use {expected}")
        for module in sorted(dependencies - room.allowed):
            report("Package.swift", f"{name} depends on {module}, which docs/rooms.txt does not "
                   f"allow; remove the dependency, or add {module} to the line of {name}")
        for module in sorted((used[name] & room.allowed) - dependencies - PERMITTED_TOOLCHAIN):
            report("Package.swift", f"{name} imports {module} but does not depend on it; add it")
        if room.layer != "C":  # The headers that C includes are not examined.
            arrows = room.outside | dependencies if room.is_open else room.allowed
            for module in sorted(arrows - used[name]):
                report(room.place, f"unused arrow {name} → {module}: no file imports it; remove it "
                       "from docs/rooms.txt and Package.swift")
    arrows = sum(len(room.allowed) for room in rooms.values())
    return f"{len(rooms)} rooms, {arrows} arrows, {len(repository.sources())} files"


def check_picture(repository):
    rooms, place = repository.rooms, "docs/architecture.md"
    picture = re.search(r"<!-- rooms -->\s*```\w*\n(.*?)\n```\s*<!-- /rooms -->",
                        (repository.root / place).read_text(encoding="utf-8"), re.S)
    if not picture:
        repository.report(place, "no picture between <!-- rooms --> and <!-- /rooms -->; add it")
        return ""
    boxes, layers, shown = {}, [], Counter()  # Boxes: the layer for the column of a left border.
    for line in picture[1].splitlines():
        # A box ends where a line has no │ in the column of its left border.
        cells = {cell.start(): cell[1] for cell in re.finditer(r"│([^│]*)(?=│)", line)}
        boxes = {column: layer for column, layer in boxes.items() if column in cells}
        for column, text in (cells or {None: line}).items():
            words = re.findall(r"[\w-]+", re.sub(r"\([^)]*\)", "", text))
            if cells and words and words[0] in LAYERS:
                boxes[column] = words.pop(0)
                layers.append(boxes[column])
            layer = boxes.get(column, "no layer")
            shown.update((word, layer) for word in words if column in boxes or word in rooms)
    wanted = Counter((room.name, room.layer) for room in rooms.values())
    order = list(dict.fromkeys(room.layer for room in rooms.values()))
    if layers != order:
        repository.report(place, f"the picture has the layers {', '.join(layers)}; draw, in this "
                          f"order, {', '.join(order)}")
    for name, layer in wanted - shown:
        repository.report(place, f"the picture does not show {name} in {layer}; add it")
    for name, layer in shown - wanted:
        repository.report(place, f"the picture shows {name} in {layer}, where it does not belong "
                          "or is already shown; remove it (remarks go in parentheses)")
    return f"{len(layers)} layers drawn"


def check_types(repository):
    places = {}
    for file in repository.sources():
        for place, match in file.find(TYPE):
            if not {"private", "fileprivate", "import"} & set(match[1].split()):
                places.setdefault(match[2], {})[file.parts[1:3]] = place
    for name, found in places.items():
        first, *others = found.values()
        if others:
            repository.report(first, f"type {name} is also declared at {', '.join(others)}; "
                              "rename all but one")
    return f"{len(places)} type names"


def check_columns(repository):
    for file in repository.files:
        lines = file.text.split("\n")
        for line in file.comments:
            if (columns := len(lines[line - 1])) > MAXIMUM_COLUMNS:
                repository.report(f"{file.name}:{line}", f"the comment line has {columns} columns; "
                                  f"wrap it at {MAXIMUM_COLUMNS}")
    return f"{sum(len(file.comments) for file in repository.files)} comment lines"


def check_paths(repository):
    found = set()
    for file in repository.sources(PATH_LAYERS):
        for line, text, is_multiline in file.literals:
            if not is_multiline and " " not in text and PATH_LITERAL.match(text):
                found.add((file.name, text))
                if (file.name, text) not in PATH_ALLOWLIST:
                    repository.report(f"{file.name}:{line}", f'"{text}" spells the path of an '
                                      "input; use the source's role, or extend PATH_ALLOWLIST")
    for name, text in sorted(PATH_ALLOWLIST.keys() - found):
        repository.report(name, f'PATH_ALLOWLIST expects "{text}" here; remove that entry')
    return f"{len(PATH_ALLOWLIST)} allowed path literals"


def check_unsafe(repository):
    for file in repository.sources():
        room = repository.room(file)
        for place, _ in file.find(UNSAFE):
            if not (room and room.is_unsafe):
                repository.report(place, "unsafe code in a room without that mark; use the safe "
                                  "owners of LinuxSystem, or mark the room in docs/rooms.txt")
        for place, match in file.find(IMPORT):
            if match[1] == "Foundation":
                repository.report(place, "Foundation is imported; use FoundationEssentials where "
                                  "docs/rooms.txt allows it")
    return f"{sum(room.is_unsafe for room in repository.rooms.values())} rooms with unsafe code"


CHECKS = {"arrows": check_arrows, "picture": check_picture, "types": check_types,
          "columns": check_columns, "paths": check_paths, "unsafe": check_unsafe}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent,
                        metavar="DIR", help="the repository (default: that of this script)")
    parser.add_argument("--package", metavar="FILE", help="the output of `swift package "
                        "dump-package` (default: run it; -: read standard input)")
    parser.add_argument("checks", nargs="*", metavar="CHECK", help="a check to run")
    options = parser.parse_args()
    if unknown := [name for name in options.checks if name not in CHECKS]:
        parser.error(f"unknown check '{unknown[0]}'; expected one of {', '.join(CHECKS)}")
    repository = Repository(options.root.resolve(), options.package)
    counts = [CHECKS[name](repository) for name in options.checks or CHECKS]
    if repository.problems:
        sys.exit("\n".join(repository.problems))
    print("architecture: " + ", ".join(counts))


if __name__ == "__main__":
    main()
