// The curve of a range test: the loss over the learning rate.
#include <fmt/format.h>

#include "lithe/trainer.h"
#include "report/drawing.h"

namespace lithe {

std::string draw_learning_rate_test(const LearningRateTest& test) {
  using report::Axis, report::Drawing, report::Point;
  using Anchor = Drawing::Anchor;
  constexpr double kWidth = 640, kHeight = 360, kLeft = 70, kRight = 610, kTop = 50, kBottom = 310;
  Drawing drawing(kWidth, kHeight);
  drawing.text({kLeft, 26}, "loss over the learning rate", Anchor::start, 15);
  if (test.learning_rates.empty()) return drawing.finish();
  const Axis across(test.learning_rates, true, kLeft, kRight),
      up(test.losses, false, kBottom, kTop);
  for (const auto& tick : up.ticks()) {
    drawing.line({kLeft, up.at(tick.value)}, {kRight, up.at(tick.value)}, "#e4e4e4");
    drawing.text({kLeft - 8, up.at(tick.value) + 4}, tick.label, Anchor::end, 11, "#666");
  }
  for (const auto& tick : across.ticks()) {
    drawing.line({across.at(tick.value), kTop}, {across.at(tick.value), kBottom}, "#e4e4e4");
    drawing.text({across.at(tick.value), kBottom + 18}, tick.label, Anchor::middle, 11, "#666");
  }
  std::vector<Point> curve;
  for (std::size_t i = 0; i < test.learning_rates.size(); ++i)
    curve.push_back({across.at(test.learning_rates[i]), up.at(test.losses[i])});
  const double best = across.at(test.best);
  drawing.line({best, kTop}, {best, kBottom}, "#c0562b", 2);
  drawing.path(curve, "#1f5fa8", 2);
  drawing.text({best - 6, kBottom - 10}, fmt::format("begin with {:.2g}", test.best), Anchor::end,
               13, "#c0562b");
  return drawing.finish();
}

}  // namespace lithe
