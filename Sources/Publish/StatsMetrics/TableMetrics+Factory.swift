#if Metrics
public import CoreMetrics

extension TableMetrics: MetricsFactory {
  public func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler {
    let handler: TableCounter? = handler(of: .counter, label, dimensions)
    return handler ?? NOOPMetricsHandler.instance
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    let handler: TableFloatingPointCounter? = handler(of: .sum, label, dimensions)
    return handler ?? NOOPMetricsHandler.instance
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    let handler: TableMeter? = handler(of: .meter, label, dimensions)
    return handler ?? NOOPMetricsHandler.instance
  }

  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    guard aggregate else {
      let handler: TableGauge? = handler(of: .gauge, label, dimensions)
      return handler ?? NOOPMetricsHandler.instance
    }
    let handler: TableRecorder? = handler(of: .recorder, label, dimensions)
    return handler ?? NOOPMetricsHandler.instance
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let handler: TableTimer? = handler(of: .timer, label, dimensions)
    return handler ?? NOOPMetricsHandler.instance
  }

  public func destroyCounter(_ handler: any CounterHandler) {
    destroy(handler as? TableCounter)
  }

  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
    destroy(handler as? TableFloatingPointCounter)
  }

  public func destroyMeter(_ handler: any MeterHandler) {
    destroy(handler as? TableMeter)
  }

  public func destroyRecorder(_ handler: any RecorderHandler) {
    destroy(handler as? TableGauge)
    destroy(handler as? TableRecorder)
  }

  public func destroyTimer(_ handler: any TimerHandler) {
    destroy(handler as? TableTimer)
  }
}
#endif
