// Compiled with Sources/Views/StatsRules by Scripts/fuzz.sh.
import Statistics

/// Parses the bytes as a formula and as a rules file, and evaluates the valid formulas.
///
/// LLVM's `docs/LibFuzzer.rst` defines the name and the signature of this function.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let text = String(decoding: bytes, as: UTF8.self)
  for kind in [Formula.ResultKind.condition, .number] {
    do throws(FormulaError) {
      evaluate(try Formula(text, kind), isUnknown: bytes.count.isMultiple(of: 3))
    } catch {
      check(error, text)
    }
  }
  if let book = try? RuleBook(parsing: text) {
    for rule in book.rules {
      for formula in [rule.condition] + rule.evidence.map(\.formula) {
        evaluate(formula, isUnknown: bytes.count.isMultiple(of: 2))
      }
    }
  }
  return 0
}

private let schema = Schema(packing: [
  Statistic("exits", .cumulative),
  Statistic("run_ns", .cumulative, unit: .seconds, scale: .nano),
  Statistic("wait_hist", .logHistogram, unit: .seconds, scale: .nano, size: 12),
  Statistic("memory", .instant, unit: .bytes),
])

/// Checks and evaluates a formula, with and without values.
private func evaluate(_ formula: Formula, isUnknown: Bool) {
  do throws(FormulaError) {
    try formula.check(against: [schema])
  } catch {
    check(error, formula.text)
  }
  var evaluator = FormulaEvaluator()
  let item = evaluator.run(
    formula.steps,
    operand: { position, step in
      switch step.operation {
      case .state: return .truth(isUnknown ? nil : position.isMultiple(of: 2))
      default:
        var item = FormulaItem.number(isUnknown ? nil : Double(position) - 1, nil)
        if isUnknown { item.causes = [position] }
        return item
      }
    }, unitMismatch: { _ in })
  precondition(item.causes.allSatisfy { formula.steps.indices.contains($0) })
}

/// Checks that the position of an error is within the text, and that the text is shown.
private func check(_ error: FormulaError, _ text: String) {
  precondition(error.range.lowerBound <= error.range.upperBound)
  precondition(error.range.upperBound <= text.utf8.count)
  precondition(error.description.split(separator: "\n").count >= 2)
}
