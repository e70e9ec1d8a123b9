import LinuxSystem
import SampleFileSystem
import StatsFS
import TestSupport
import Testing

@testable import FUSE

extension MountedTests {
  /// Programs that read a filesystem mounted by this process.
  @Suite struct ReadingTests {
    private let directory: MountDirectory
    private let files: SampleFileSystem
    private let session: FuseSession

    init() throws {
      directory = try MountDirectory()
      files = try SampleFileSystem()
      session = try FuseSession(FuseMount(on: directory.path), files, threads: 2)
    }

    private func run(_ command: String) throws -> Shell {
      try Shell.run(command, in: directory.path)
    }

    @Test(
      "Common programs read the expected text",
      arguments: [
        ("cat text", "the quick brown fox\n"),
        ("head -c 4 text", "the "),
        ("tail -c 4 text", "fox\n"),
        ("dd if=text bs=1 skip=4 count=5 status=none", "quick"),
        ("dd if=text bs=3 status=none", "the quick brown fox\n"),
        ("wc -c <text", "20\n"),
        ("cp text /dev/stdout", "the quick brown fox\n"),
        ("grep -r quick text many", "text:the quick brown fox\n"),
        ("tail -n 2 lines", "0019998\n0019999\n"),
        ("cat lines | md5sum | cut -c 1-8; seq -f %07g 0 19999 | md5sum | cut -c 1-8", nil),
        ("cmp table copy && echo same", "same\n"),
        ("cat many/0000 many/0999", "0\n999\n"),
        ("ls many | wc -l", "1000\n"),
        ("ls -f many | sort -u | wc -l", "1002\n"),
        ("ls -R . | wc -l", "1011\n"),
        ("ls -lR . | grep -c '^-r--r--r--'", "1006\n"),
        ("find . -type f -size +0 | wc -l", "1006\n"),
        (
          "stat -c '%a %s %F' counter many table",
          "644 2 regular file\n755 0 directory\n444 65536 regular file\n"
        ),
        ("stat -f -c '%c %l' .", "1009 255\n"),
      ] as [(String, String?)])
    func programs(command: String, output: String?) throws {
      let shell = try run(command)
      #expect(shell.status == 0)
      if let output {
        #expect(shell.output == output)
      } else {
        let lines = Set(shell.output.split(separator: "\n"))
        #expect(lines.count == 1, "\(shell.output)")
      }
      #expect(session.counts.malformedRequests == 0)
    }

    @Test("tar copies all bytes of all files")
    func archive() throws {
      let shell = try run(
        "tar cf - text lines table many | { mkdir /tmp/t$$ && cd /tmp/t$$ && tar xf - && "
          + "cat text && seq -f %07g 0 19999 | cmp - lines && cmp table '\(directory.path)/table' && "
          + "cat many/* | wc -l; rm -r /tmp/t$$; }")
      #expect(shell == Shell(output: "the quick brown fox\n1000\n", status: 0))
    }

    @Test(
      "Mapped files have the same bytes with and without passthrough", arguments: ["table", "copy"])
    func mapping(name: String) throws {
      let shell = try run(
        "python3 -c \"import mmap; f = open('\(name)', 'rb'); "
          + "m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); print(len(m), m[800], m[8 * 255])\""
      )
      #expect(shell == Shell(output: "65536 100 255\n", status: 0))
    }

    @Test("Only writes that clear are accepted")
    func writing() throws {
      #expect(try run("cat counter counter").output == "1\n2\n")
      #expect(try run("echo 0 >counter; cat counter").output == "1\n")
      #expect(try run("printf 0 >>counter").status == 0)
      #expect(try run("truncate -s 0 counter; cat counter").output == "1\n")
      #expect(try run("touch counter").status == 0)
      for refused in [
        "python3 -c \"import os; os.write(os.open('counter', os.O_WRONLY), b'7')\"",
        "truncate -s 5 counter",
      ] {
        #expect(try run(refused).output.contains("Invalid argument"), "\(refused)")
      }
      for refused in ["chmod 777 text", "mkdir x", "touch y", "rm text", "mv text t", "ln text t"] {
        #expect(try run(refused).output.contains("Operation not permitted"), "\(refused)")
      }
      #expect(try run("cat gone").output.contains("No such device"))
      #expect(try run("cat nothing").output.contains("No such file"))
    }

    @Test("Sixteen concurrent readers read the same bytes")
    func readers() throws {
      let expected = try run(
        "{ seq 0 999; echo 'the quick brown fox'; seq -f %07g 0 19999; } | md5sum")
      let shell = try run(
        "for i in $(seq 16); do { cat many/* text lines | md5sum; } & done; wait")
      #expect(expected.status == 0 && shell.status == 0)
      #expect(shell.output == String(repeating: expected.output, count: 16))
      // The kernel releases a handle after close(2) has returned.
      #expect(waits { files.known.handles == 0 }, "\(files.known.handles) open handles are left")
      #expect(session.waitForEnd(milliseconds: 0) == nil, "the session has ended")
    }

    @Test("A poller is woken and does not spin")
    func poll() throws {
      let before = session.counts.requests
      let pipe = try Pipe()
      let waiting = try ChildProcess(
        executable: "/bin/sh",
        arguments: [
          "-c",
          """
          exec timeout -s KILL 20 python3 -c "
          import select, sys
          poll = select.poll()
          event = open('\(directory.path)/event', 'rb')
          poll.register(event, select.POLLIN)
          print(poll.poll(300), flush=True)
          print([event for _, event in poll.poll(10000)], flush=True)"
          """,
        ], output: pipe.writer)
      let reader = pipe.closeWriter()
      let early = try reader.line()
      #expect(early == "[]")
      // The second poll may begin before or after the wake; in both cases it returns at once.
      sleepNanoseconds(100_000_000)
      files.setReady(true)
      let late = try reader.line()
      #expect(late == "[1]")
      #expect(waiting.waitForExit(milliseconds: 20_000))
      #expect(session.counts.requests - before < 40, "poll is repeated without a wake")
    }
  }
}
