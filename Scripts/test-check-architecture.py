#!/usr/bin/env python3
"""Tests that check-architecture.py accepts a clean repository and reports each violation.

Each case changes files of a small repository in a temporary directory, runs one check on it, and
expects exactly the listed lines. No Swift toolchain is needed.
"""
import atexit
import json
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "check-architecture.py"


def with_allowlist(entries):
    """Returns the script's text with another PATH_ALLOWLIST, which is part of the script."""
    return re.sub(r"(?ms)^PATH_ALLOWLIST = \{.*?\n?\}$", f"PATH_ALLOWLIST = {{{entries}}}",
                  SCRIPT.read_text(encoding="utf-8"), count=1)


TESTED = Path(tempfile.mkdtemp(), "check-architecture.py")
atexit.register(shutil.rmtree, TESTED.parent)
TESTED.write_text(with_allowlist(""), encoding="utf-8")

ROOMS = """\
# A comment.
C       CLinux                : -
Core    Values                : -
Core    System    unsafe      : CLinux
Core    Tree                  : Values  # A remark.
Inputs  Proc                  : System Tree
Inputs  Machines              : Proc System Tree
                                Values
Views   Text                  : Tree Values
Tools   tool                  : * [ArgumentParser] [FoundationEssentials]
"""
PICTURE = """\
# Architecture
<!-- rooms -->
```
┌───────────────────────────────────┐
│ C     CLinux        (C, not Core) │
└─────────────────▲─────────────────┘
┌─────────────────┴─────────────────┐
│ Core  Values  System              │
│       Tree                        │
└───────▲──────────────────▲────────┘
        │                  │
┌───────┴────────┐ ┌───────┴────────┐
│ Inputs         │ │ Views          │
│ Proc  Machines │ │ Text           │
└───────▲────────┘ └───────▲────────┘
┌───────┴──────────────────┴────────┐
│ Tools tool                        │
└─────────────────▲─────────────────┘
          Tests, Examples
```
<!-- /rooms -->
"""
PROC = "Sources/Inputs/Proc/Proc.swift"
TEXT = "Sources/Views/Text/Text.swift"
TREE = "Sources/Core/Tree/Tree.swift"
FILES = {
    "docs/rooms.txt": ROOMS,
    "docs/architecture.md": PICTURE,
    "Sources/C/CLinux/shim.c": "",
    "Sources/Core/Values/Value.swift": "public struct Value {}\nprivate struct Helper {}\n",
    "Sources/Core/System/System.swift":
        "import CLinux\npublic import Glibc\n\npublic func read() { unsafe c() }\n",
    TREE: "public import struct Values.Value\n\npublic final class Tree {\n  struct Node {}\n}\n",
    PROC: '@preconcurrency import System\nimport Tree\n\nlet root = "kvm/\\(name)"\n',
    "Sources/Inputs/Machines/Machines.swift":
        "package import Proc\nimport System\nimport Tree\nimport Values\n\nextension Tree {}\n",
    TEXT: r'''import Tree
import Values

// unsafe, struct Tree, import Foundation, "kvm/"
fileprivate struct Helper {}
struct Text {
  struct Node {}
  let help = """
    vitals list kvm/web1
    import Foundation
    struct Tree {
    kvm
    """
  let raw = #"a "quoted" \#(unsafeName) // kvm"#
  let prose = "kvm/\(name): \(names["a"] ?? "none") // unsafe"
  func `says "kvm"`() {}
}
''',
    "Sources/Tools/tool/Tool.swift":
        "import ArgumentParser\nimport FoundationEssentials\nimport Text\nimport Machines\n",
    "Tests/Core/TreeTests/TreeTests.swift":
        '// Short.\n@testable import Tree\nlet path = "kvm/a"\n',
    "Benchmarks/.build/checkouts/Other.swift": "// " + "x" * 200 + "\n",
}
DEPENDENCIES = {
    "CLinux": [], "Values": [], "System": ["CLinux"], "Tree": ["Values"],
    "Proc": ["System", "Tree"], "Machines": ["Proc", "System", "Tree", "Values"],
    "Text": ["Tree", "Values"], "tool": ["Text", "Machines", "[ArgumentParser]"],
}
LAYERS = {line.split()[1]: line.split()[0] for line in ROOMS.splitlines() if line[0].isalpha()}


def package(changes=None, paths=None):
    """The form of `swift package dump-package`, with changed dependencies or paths of targets."""
    def target(name, path, dependencies, kind="regular"):
        return {"name": name, "type": kind, "path": path, "dependencies": [
            {"product": [each.strip("[]"), "package", None, None]} if each.startswith("[")
            else {"byName": [each, None]} for each in dependencies]}
    targets = [target(name, (paths or {}).get(name, f"Sources/{LAYERS.get(name, 'Core')}/{name}"),
                      dependencies)
               for name, dependencies in (DEPENDENCIES | (changes or {})).items()
               if dependencies is not None]
    return json.dumps({"targets": targets + [
        target("TreeTests", None, ["Tree"], kind="test"),
        target("holder", "Tests/Fixtures/holder", ["Tree"], kind="executable")]})


def add(name, text):
    """A change that appends to a file."""
    return {name: FILES.get(name, "") + text}


def replace(name, old, new):
    """A change that replaces a text that occurs once in a file."""
    assert FILES[name].count(old) == 1, (name, old)
    return {name: FILES[name].replace(old, new)}


def rooms(old, new):
    return replace("docs/rooms.txt", old, new)


def picture(old, new):
    return replace("docs/architecture.md", old, new)


# (check, title, changed files, package, expected beginnings of lines)
CASES = [
    ("arrows", "a file imports what the table does not allow",
     add(PROC, "import Values\n"), package(),
     [PROC + ":5: Proc imports Values, which docs/rooms.txt does not allow"]),
    ("arrows", "a kind and modifiers do not hide an import",
     add(TREE, "@testable internal import class System.File\n"), package(),
     [TREE + ":6: Tree imports System, which docs/rooms.txt"]),
    ("arrows", "a toolchain module needs permission",
     add(TREE, "import FoundationEssentials\n"), package(),
     [TREE + ":6: Tree imports FoundationEssentials, which docs/rooms.txt"]),
    ("arrows", "Package.swift has a dependency that the table does not allow",
     {}, package({"Tree": ["Values", "System"]}),
     ["Package.swift: Tree depends on System, which docs/rooms.txt does not allow"]),
    ("arrows", "Package.swift lacks a dependency that a file imports",
     {}, package({"Text": ["Tree"]}),
     ["Package.swift: Text imports Values but does not depend on it"]),
    ("arrows", "Package.swift has a dependency of an open room that no file imports",
     {}, package({"tool": ["Text", "Machines", "Tree", "[ArgumentParser]"]}),
     ["docs/rooms.txt:10: unused arrow tool → Tree"]),
    ("arrows", "Package.swift has a target without a line",
     {}, package({"Extra": []}), ["Package.swift: target Extra has no line"]),
    ("arrows", "Package.swift has another path",
     {}, package(paths={"Tree": None}),
     ["Package.swift: the path of target Tree is Sources/Tree; use Sources/Core/Tree"]),
    ("arrows", "the table has a room without a target",
     add("docs/rooms.txt", "Tools other : -\n"), package(),
     ["docs/rooms.txt:11: other is not a target of Package.swift"]),
    ("arrows", "no file uses an arrow",
     replace(TEXT, "import Values\n", ""), package(),
     ["docs/rooms.txt:9: unused arrow Text → Values"]),
    ("arrows", "a file is in no room",
     {"Sources/Core/Lost.swift": "", "Sources/Views/Tree/Lost.swift": ""}, package(),
     ["Sources/Core/Lost.swift: the file is in no room",
      "Sources/Views/Tree/Lost.swift: the file is in no room"]),
    ("arrows", "the table has a cycle",
     rooms("Values                : -", "Values                : Tree")
     | replace("Sources/Core/Values/Value.swift", "public", "import Tree\npublic"),
     package({"Values": ["Tree"]}), ["docs/rooms.txt: dependency cycle "]),
    ("arrows", "a layer imports a layer that is not below it",
     rooms("Text                  : Tree", "Text                  : Tree Proc")
     | add(TEXT, "import Proc\n"), package({"Text": ["Tree", "Values", "Proc"]}),
     ["docs/rooms.txt:9: Text depends on Proc in Inputs; Views may import only"]),
    ("arrows", "an input imports a view",
     rooms("Proc                  : System", "Proc                  : Text System")
     | add(PROC, "import Text\n"), package({"Proc": ["System", "Tree", "Text"]}),
     ["docs/rooms.txt:6: Proc depends on Text in Views; Inputs may import only"]),
    ("arrows", "the table names an unknown room",
     rooms("Text                  : Tree", "Text                  : Other Tree")
     | add(TEXT, "import Other\n"), package({"Text": ["Tree", "Values", "Other"]}),
     ["docs/rooms.txt:9: Text depends on Other, which has no line"]),
    ("arrows", "the layers are out of order",
     add("docs/rooms.txt", "Core Late : -\n"), package({"Late": []}, {"Late": "Sources/Core/Late"}),
     ["docs/rooms.txt: layers are out of order"]),
    ("arrows", "a line of the table is wrong",
     add("docs/rooms.txt", "Attic Old : -\nCore New\nCore Tree : -\n"), package(),
     [f"docs/rooms.txt:{line}: not a line" for line in (11, 12, 13)]),
    ("picture", "there is no picture",
     picture("<!-- rooms -->", ""), None, ["docs/architecture.md: no picture between"]),
    ("picture", "the picture lacks a room",
     picture("Proc ", "     "), None,
     ["docs/architecture.md: the picture does not show Proc in Inputs"]),
    ("picture", "the picture shows a room twice",
     picture("Text     ", "Text Text"), None,
     ["docs/architecture.md: the picture shows Text in Views, where"]),
    ("picture", "the picture shows an unknown room",
     picture("Text      ", "Text Other"), None,
     ["docs/architecture.md: the picture shows Other in Views, where"]),
    ("picture", "the picture shows a room in another layer",
     picture("Proc  Machines │ │ Text     ", "Machines       │ │ Text Proc"), None,
     ["docs/architecture.md: the picture does not show Proc in Inputs",
      "docs/architecture.md: the picture shows Proc in Views"]),
    ("picture", "the picture shows a room outside the boxes",
     picture("Examples", "Tree"), None,
     ["docs/architecture.md: the picture shows Tree in no layer"]),
    ("picture", "the picture has layers in another order",
     picture("│ Inputs         │ │ Views          │\n│ Proc  Machines │ │ Text           │",
             "│ Views          │ │ Inputs         │\n│ Text           │ │ Proc  Machines │"), None,
     ["docs/architecture.md: the picture has the layers C, Core, Views, Inputs, Tools"]),
    ("types", "two targets declare a type",
     add(TEXT, "\n@frozen public enum Value {}\n"), None,
     ["Sources/Core/Values/Value.swift:1: type Value is also declared at " + TEXT + ":19"]),
    ("types", "a modifier with an argument, a protocol, an actor",
     add(TEXT, "\nprotocol P {}\nnonisolated(unsafe) actor A {}\n")
     | add(TREE, "package protocol P {}\nactor A {}\n"), None,
     [TREE + ":6: type P is also declared at ", TREE + ":7: type A is also declared at "]),
    ("columns", "a documentation comment and a trailing comment are too long",
     add(TREE, f"/// {'é' * 97}\nlet x = 1  // {'x' * 100}\n/// {'é' * 96}\n"), None,
     [TREE + ":6: the comment line has 101 columns",
      TREE + ":7: the comment line has 114 columns"]),
    ("columns", "a comment in Tests and in Examples is too long",
     {"Tests/A.swift": "//" + "x" * 99, "Examples/b/B.swift": "//" + "x" * 99}, None,
     ["Tests/A.swift:1: the comment line has 101 columns",
      "Examples/b/B.swift:1: the comment line has 101 columns"]),
    ("paths", "a view spells the root of an input",
     add(TEXT, 'let a = "kvm"\nlet b = "app/\\(x + y)"\nlet c = "kvms"\nlet d = "/host"\n'), None,
     [TEXT + ':18: "kvm" spells', TEXT + ':19: "app/\\(…)" spells']),
    ("paths", "a literal is inside an interpolation, a raw literal, Core and Tools",
     add(TREE, 'let a = "a \\(isXen ? "xen" : "b")"\nlet b = #"host/cpu0"#\n')
     | add("Sources/Tools/tool/Tool.swift", 'let c = "cgroup"\n'), None,
     [TREE + ':6: "xen" spells', TREE + ':7: "host/cpu0" spells',
      'Sources/Tools/tool/Tool.swift:5: "cgroup" spells']),
    ("unsafe", "unsafe code is in a room without the mark",
     add(TREE, "let x = unsafe y\nnonisolated(unsafe) let z = 1\n"), None,
     [TREE + ":6: unsafe code in a room", TREE + ":7: unsafe code in a room"]),
    ("unsafe", "the mark is removed",
     rooms("System    unsafe", "System          "), None,
     ["Sources/Core/System/System.swift:4: unsafe code in a room"]),
    ("unsafe", "Foundation is imported",
     add("Sources/Core/System/System.swift", "public import struct Foundation.Data\n"), None,
     ["Sources/Core/System/System.swift:5: Foundation is imported"]),
]


def run(checks, changes, package_text, script=TESTED):
    with tempfile.TemporaryDirectory() as directory:
        for name, text in (FILES | changes).items():
            path = Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        command = [sys.executable, script, "--root", directory, "--package", "-", *checks]
        return subprocess.run(command, input=package_text, capture_output=True, text=True)


def main():
    failures = []

    def expect(title, result, beginnings):
        lines = result.stderr.splitlines()
        matched = len(lines) == len(beginnings) and all(
            any(line.startswith(beginning) for line in lines) for beginning in beginnings)
        if not matched or result.returncode != (1 if beginnings else 0):
            failures.append(f"{title}: expected {beginnings}, got status {result.returncode}:\n"
                            f"{result.stdout}{result.stderr}")

    clean = run([], {}, package())
    expect("a clean repository", clean, [])
    if not re.fullmatch("architecture: 8 rooms, [^\n]*\n", clean.stdout):
        failures.append(f"a clean repository: unexpected summary {clean.stdout!r}")
    with ThreadPoolExecutor() as pool:
        results = pool.map(lambda case: run([case[0]], case[2], case[3] or package()), CASES)
    for (check, title, _, _, beginnings), result in zip(CASES, results):
        expect(f"{check}: {title}", result, beginnings)

    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory, "check.py")
        copy.write_text(with_allowlist(f"('{TREE}', 'kvm'): '', ('{TREE}', 'xen'): ''"),
                        encoding="utf-8")
        allowed = run(["paths"], add(TREE, 'let a = "kvm"\n'), package(), script=copy)
        expect("paths: the allowlist", allowed, [f'{TREE}: PATH_ALLOWLIST expects "xen" here'])

    unknown = run(["arrow"], {}, package())
    if unknown.returncode != 2 or "unknown check 'arrow'" not in unknown.stderr:
        failures.append(f"an unknown check: got status {unknown.returncode}: {unknown.stderr}")
    if failures:
        sys.exit("\n".join(failures))
    print(f"check-architecture.py: {len(CASES) + 3} cases pass")


if __name__ == "__main__":
    main()
