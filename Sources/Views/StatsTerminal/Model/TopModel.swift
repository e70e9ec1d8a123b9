import Statistics
public import StatsFormats
public import StatsKnowledge
public import StatsTree

/// The numbers behind the screen: those of the last pass and of the last minutes.
///
/// Names are looked up when the tree changed; a pass costs one look at each shown word.
public final class TopModel {
  let sampler: Sampler
  let meanings: Meanings
  private var layout: TopLayout?
  private(set) var current: TopSample?
  private(set) var history = TopHistory()
  /// What a person was told last, and when.
  private(set) var notice: (text: String, time: UInt64)?
  /// When this reader's counts began at zero.
  private(set) var resetTime: UInt64?

  /// - Parameters:
  ///   - sampler: whose passes are shown.
  ///   - meanings: they rank, name and explain statistics.
  public init(_ sampler: Sampler, _ meanings: Meanings = .builtIn) {
    self.sampler = sampler
    self.meanings = meanings
  }

  /// Takes the sampler's last pass.
  public func take(at moment: Timestamp) {
    let layout: TopLayout
    if let known = self.layout, known.isOf(sampler) {
      layout = known
    } else {
      layout = TopLayout(sampler, meanings, instead: self.layout)
      self.layout = layout
    }
    let sample = TopSample(layout, sampler, at: moment)
    // A rate needs two passes; what has none is not worth keeping.
    if sampler.passCount > 1 { history.take(sample) }
    current = sample
  }

  /// Tells the person something, for some seconds.
  public func tell(_ text: String, at time: UInt64) { notice = (text, time) }

  /// Begins all counts and histograms at zero, for this reader only.
  func reset(at time: UInt64) {
    for entry in sampler.plan.entries { sampler.clear(entry) }
    resetTime = time
  }

  /// The samples that can be stepped back to.
  var stepCount: Int { max(0, history.samples.count - 1) }

  /// The sample so many steps before the last; the current one for 0.
  func sample(stepsBack: Int) -> TopSample? {
    if stepsBack <= 0 { return current }
    let index = history.samples.count - 1 - stepsBack
    return history.samples.indices.contains(index) ? history.samples[index] : history.samples.first
  }

  /// The entries of a source, by its path.
  func entries(of path: String) -> [Plan.Entry] {
    sampler.plan.entries.filter { $0.source.path == path }
  }
}
