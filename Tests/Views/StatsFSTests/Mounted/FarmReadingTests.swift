import Glibc
import LinuxSystem
import StatsFS
import Testing

extension MountedTests {
  /// A tree of 1,000 sources with 60 statistics each, read by common programs.
  @Suite final class FarmReadingTests {
    private static let sources = 1_000
    private let directory: MountDirectory
    private let farm: FarmProcess

    init() throws {
      directory = try MountDirectory()
      farm = try FarmProcess(directory.path, sources: Self.sources)
    }

    deinit {
      let bye = try? farm.send("end")
      if bye != "stopped" { Issue.record("unexpected answer to end: \(bye ?? "none")") }
    }

    private func run(_ command: String) throws -> Shell {
      try Shell.run(command, in: directory.path, seconds: 120)
    }

    @Test("Listings are complete")
    func listing() throws {
      // 44 counts, 5 levels and 5 peaks; also two histograms, a state and three levels.
      let listed = try run("ls -R . | sed 's/[0-9]*$//' | sort | uniq -c | sort -k2")
      #expect(listed.status == 0)
      for line in [
        "44000 count", "5000 level", "5000 peak", "1000 wait_hist", "1000 phase", "1000 work",
        "1000 s",
      ] {
        let words = line.split(separator: " ")
        #expect(listed.output.contains("\(words[0]) \(words[1])\n"), "\(line)")
      }
      let found = try run("find farm ! -name '.*' -printf '%y\\n' | sort | uniq -c | tr -s ' '")
      #expect(found.output == " 2001 d\n 60000 f\n")
    }

    @Test(
      "Common programs read the expected text",
      arguments: [
        ("cat farm/s0/work/count0", "1028\n"),
        ("cat farm/s999/work/count0 farm/s7/work/phase", "1000028\nidle\n"),
        ("cat farm/s49/work/balance farm/s9/work/balance", "0\n-40\n"),
        ("cat farm/s1/work/absent", "-\n"),
        ("head -n 2 farm/s3/work/wait_hist", "1 4\n8 4\n"),
        ("dd if=farm/s0/work/count0 bs=1 status=none", "1028\n"),
        ("tail -c 3 farm/s0/work/count0", "28\n"),
        ("wc -c <farm/s0/work/count0", "5\n"),
        ("grep -rx 1028 farm/s0 | grep -v values", "farm/s0/work/count0:1028\n"),
        ("grep -c . farm/s2/work/.values", "66\n"),
        ("stat -c %U:%s farm/s10/work/count0 farm/s11/work/count0", "nobody:6\nroot:6\n"),
      ])
    func programs(command: String, output: String) throws {
      #expect(try run(command) == Shell(output: output, status: 0))
    }

    @Test("tar and cp copy all bytes, and Python reads at any offset")
    func copies() throws {
      let copied = try run(
        """
        t=$(mktemp -d) && tar -cf - farm/s4 farm/s5 | tar xf - -C $t &&
        cp -r farm/s6 $t/farm && for s in s4 s5 s6; do diff -r farm/$s $t/farm/$s || exit; done
        find $t -type f ! -name '.*' | wc -l; rm -r $t
        """)
      #expect(copied == Shell(output: "180\n", status: 0))
      let python = try run(
        """
        python3 -c "
        import os
        f = open('farm/s0/work/count0', 'rb')
        print(f.read(), f.seek(1), f.read(2), f.seek(0), f.read())
        d = os.open('farm/s0/work/count0', os.O_RDONLY)
        print(os.pread(d, 9, 0), os.pread(d, 2, 3), os.pread(d, 9, 0), os.pread(d, 9, 5))"
        """)
      #expect(
        python
          == Shell(
            output: "b'1028\\n' 1 b'02' 0 b'1028\\n'\nb'1028\\n' b'8\\n' b'1028\\n' b''\n",
            status: 0))
    }

    @Test("A kept descriptor returns changed values")
    func moving() throws {
      let file = try Descriptor.open(farm.path("s0/work/count0"))
      var bytes = try file.bytes(count: 5, at: 0)
      #expect(bytes == Array("1028\n".utf8))
      try farm.send("bump")
      // A sample may be reused for a while.
      sleepNanoseconds(50_000_000)
      bytes = try file.bytes(count: 5, at: 0)
      #expect(bytes == Array("1057\n".utf8))
    }

    @Test("Another user reads all sources and cannot write to those of others")
    func user() throws {
      let nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups"
      guard try run("\(nobody) true").status == 0 else {
        try Test.cancel("setpriv is not installed or may not change the user")
      }
      let read = try run(
        "\(nobody) cat farm/s10/work/count0 farm/s11/work/count0 && \(nobody) ls farm | wc -l")
      #expect(read == Shell(output: "11028\n12028\n1000\n", status: 0))
      let refused = try run("\(nobody) sh -c 'echo 0 >farm/s11/work/count0'")
      #expect(refused.status != 0 && refused.output.contains("ermission denied"))
    }
  }
}
