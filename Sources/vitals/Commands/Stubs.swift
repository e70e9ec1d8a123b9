import ArgumentParser

struct ShowCommand: ParsableCommand {}
struct WatchCommand: ParsableCommand {}
