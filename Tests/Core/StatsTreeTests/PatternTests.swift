import StatsTree
import Testing

@Suite struct PatternTests {
  @Test(
    "A glob matches these paths",
    arguments: [
      ("kvm/web1", "kvm/web1"), ("kvm/web1", "kvm/web1/vcpu0"), ("kvm/web1/", "kvm/web1"),
      ("kvm", "kvm/web1/vcpu0"), ("kvm/*", "kvm/web1"), ("kvm/*", "kvm/web1/vcpu0"),
      ("kvm/*/vcpu0", "kvm/web1/vcpu0"), ("*", "kvm"), ("kvm/web*", "kvm/web"),
      ("kvm/*1", "kvm/web1"), ("kvm/w*b*1", "kvm/wbb-1-1"), ("**", "kvm/web1/vcpu0"),
      ("**/vcpu0", "kvm/web1/vcpu0"), ("kvm/**0", "kvm/web1/vcpu0"), ("k**0", "kvm/web1/vcpu0"),
      ("kvm/**/vcpu?", "kvm/a/b/vcpu7"), ("kvm/web?", "kvm/web1"), ("kvm/web[12]", "kvm/web2"),
      ("kvm/web[0-9]", "kvm/web5"), ("kvm/web[!0-8]", "kvm/web9"), ("kvm/web[a-cx]", "kvm/webx"),
      ("kvm/web[-a]", "kvm/web-"), ("kvm/web[a-]", "kvm/web-"), ("kvm/[]]", "kvm/]"),
      ("kvm/[!]]", "kvm/a"), ("kvm/日?", "kvm/日本"), ("a.b", "a.b"), ("kvm/*/", "kvm/web1"),
    ])
  func matches(glob: String, path: String) throws {
    #expect(try Pattern(glob).matches(path))
  }

  @Test(
    "A glob does not match these paths",
    arguments: [
      ("kvm/web1", "kvm/web10"), ("kvm/web1", "kvm/web"), ("kvm/web1", "xen/kvm/web1"),
      ("web1", "kvm/web1"), ("kvm/*", "kvm"), ("kvm/*/vcpu0", "kvm/web1"),
      ("kvm/*/vcpu0", "kvm/a/b/vcpu0"), ("kvm/*0", "kvm/web1/vcpu0"), ("*/vcpu0", "kvm/web1/vcpu0"),
      ("kvm/web?", "kvm/web"), ("kvm?web1", "kvm/web1"), ("kvm/web?", "kvm/web10"),
      ("kvm[/]web1", "kvm/web1"), ("kvm[!a]web1", "kvm/web1"), ("kvm/web[12]", "kvm/web3"),
      ("kvm/web[!0-8]", "kvm/web8"), ("kvm/[!]a]", "kvm/a"), ("kvm/[!]a]", "kvm/]"),
      ("a.b", "axb"), ("KVM", "kvm"), ("**/vcpu0", "kvm/web1/vcpu01"),
    ])
  func misses(glob: String, path: String) throws {
    #expect(!(try Pattern(glob).matches(path)))
  }

  @Test(
    "A regular expression matches anywhere in the path",
    arguments: [
      ("/web[0-9]+$/", "kvm/web10", true), ("/web[0-9]+$/", "kvm/web10/vcpu0", false),
      ("/^kvm\\/web/", "kvm/web1", true), ("/^web/", "kvm/web1", false), ("/a|b/", "xbx", true),
      ("/vcpu(0|3)/", "kvm/web1/vcpu3", true),
    ])
  func expressions(text: String, path: String, matches: Bool) throws {
    #expect(try Pattern(text).matches(path) == matches)
  }

  @Test(
    "An invalid pattern is rejected, and the error contains its text",
    arguments: ["", "/", "kvm/[ab", "kvm/[", "[]", "[!]", "/(/", "/[/"])
  func errors(text: String) {
    let error = #expect(throws: Pattern.SyntaxError.self) { try Pattern(text) }
    #expect(error?.description.isEmpty == false)
    #expect(error?.description.contains(text) == true)
  }

  @Test("Everything matches every path")
  func everything() {
    #expect(Pattern.everything.matches("kvm/web1"))
    #expect(Pattern.everything.matches(""))
  }

  @Test("Many stars on a long path match in a short time", .timeLimit(.minutes(1)))
  func manyStars() throws {
    let path = String(repeating: "a", count: 200)
    #expect(!(try Pattern(String(repeating: "*a", count: 30) + "b").matches(path)))
    #expect(!(try Pattern(String(repeating: "**a", count: 30) + "b").matches(path)))
    #expect(try Pattern(String(repeating: "*a", count: 30)).matches(path))
  }

  @Test(
    "A pattern reports whether it can match below a path",
    arguments: [
      ("kvm", "kvm", true), ("kvm", "app", false), ("kvm/web1/vcpu0", "kvm", true),
      ("*", "app", true), ("*/web", "app", true), ("a*", "app", true), ("b*", "app", false),
      ("kvm*", "app", false), ("app/demo", "app", true), ("**/vcpu0", "app", true),
      ("app", "app/demo", true), ("/vcpu/", "app", true), ("[ak]*/x", "app", true),
      ("ap", "app", false), ("app2/x", "app", false), ("app/x", "app2", false),
    ])
  func below(glob: String, path: String, isPossible: Bool) throws {
    #expect(try Pattern(glob).mayMatch(below: path) == isPossible)
  }

  @Test("A pattern of paths matches only these; a literal path has no special characters")
  func paths() {
    let some = Pattern(paths: ["app/a", "app/b"])
    #expect(some.matches("app/a") && !some.matches("app/a/c"))
    #expect(some.mayMatch(below: "app") && !some.mayMatch(below: "kvm"))
    #expect(!Pattern(allBut: ["app/a"]).matches("app/a"))
    #expect(Pattern(allBut: ["app/a"]).matches("app/b"))
    let odd = Pattern(below: "app/[x]*")
    #expect(odd.matches("app/[x]*/worker") && !odd.matches("app/x1"))
    let any = Pattern(anyOf: [some, odd])
    #expect(any.matches("app/b") && any.matches("app/[x]*") && !any.matches("app/c"))
    #expect(!Pattern(anyOf: []).matches("app"))
  }
}
