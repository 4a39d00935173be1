// The picture of --watch: one column for each layer, one panel for each figure, with the last epoch
// in front of earlier ones, and the losses below.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "lithe/watch.h"
#include "report/drawing.h"

namespace lithe {

namespace {

using report::Axis, report::Drawing, report::Point;
using Anchor = Drawing::Anchor;

constexpr double kPanelLeft = 70, kPanelRight = 30, kPanel = 105, kPanelGap = 48, kPanelTop = 60;
constexpr const char *kNow = "#1f5fa8", *kThen = "#bcd0e6", *kOther = "#c0562b",
                     *kOtherThen = "#ecd0c2", *kGrid = "#e4e4e4";
constexpr std::size_t kMostEpochs = 8;  // of the earlier ones

using Figure = std::function<double(const LayerWatch&)>;

struct Panel {
  std::string title;
  Figure figure, second;  // the second may be none
  bool logarithmic;
};

double over_weights(double norm, const LayerWatch& layer) {
  return layer.weight_norm > 0 ? norm / layer.weight_norm : 0;
}

std::vector<Panel> panels() {
  return {{"how far the layer's outputs spread (should keep its size)",
           [](const LayerWatch& l) { return l.spread; }, nullptr, true},
          {"share of dead units (blue) and of saturated values (orange)",
           [](const LayerWatch& l) { return l.dead; },
           [](const LayerWatch& l) { return l.saturated; }, false},
          {"gradient against weights (should be alike in all layers)",
           [](const LayerWatch& l) { return over_weights(l.gradient_norm, l); }, nullptr, true},
          {"a step's change against weights (about 0.001 is usual)",
           [](const LayerWatch& l) { return over_weights(l.update_norm, l); }, nullptr, true}};
}

// Evenly spaced epochs, including the last one.
std::vector<const EpochWatch*> chosen(const std::vector<EpochWatch>& history) {
  std::vector<const EpochWatch*> result;
  const std::size_t count = std::min(history.size(), kMostEpochs);
  for (std::size_t i = 1; i <= count; ++i)
    result.push_back(&history[history.size() * i / count - 1]);
  return result;
}

void draw_grid(Drawing& drawing, const Axis& axis, double right, const std::string& title,
               double top) {
  drawing.text({kPanelLeft, top - 10}, title, Anchor::start, 13);
  for (const auto& tick : axis.ticks()) {
    const double y = axis.at(tick.value);
    drawing.line({kPanelLeft, y}, {right, y}, kGrid);
    drawing.text({kPanelLeft - 8, y + 4}, tick.label, Anchor::end, 11, "#666");
  }
}

struct Columns {
  double right;
  std::size_t count;
  double at(std::size_t column) const {
    return kPanelLeft +
           (right - kPanelLeft) * (static_cast<double>(column) + 0.5) / static_cast<double>(count);
  }
};

void draw_layers(Drawing& drawing, const EpochWatch& epoch, const Figure& figure, const Axis& axis,
                 const Columns& columns, bool last, const char* now, const char* then) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < epoch.layers.size(); ++i)
    points.push_back({columns.at(i), axis.at(figure(epoch.layers[i]))});
  drawing.path(points, last ? now : then, last ? 2 : 1);
  for (std::size_t i = 0; i < points.size() && last; ++i)
    drawing.dot(points[i], 3, now, !axis.shows(figure(epoch.layers[i])));
}

void draw_panel(Drawing& drawing, const Panel& panel, double top,
                const std::vector<const EpochWatch*>& epochs, const Columns& columns) {
  std::vector<double> all;
  for (const EpochWatch* epoch : epochs)
    for (const LayerWatch& layer : epoch->layers) all.push_back(panel.figure(layer));
  const Axis axis =
      panel.logarithmic ? Axis(all, true, top + kPanel, top) : Axis(0, 1, top + kPanel, top);
  draw_grid(drawing, axis, columns.right, panel.title, top);
  for (const EpochWatch* epoch : epochs) {
    const bool last = epoch == epochs.back();
    draw_layers(drawing, *epoch, panel.figure, axis, columns, last, kNow, kThen);
    if (panel.second)
      draw_layers(drawing, *epoch, panel.second, axis, columns, last, kOther, kOtherThen);
  }
}

void draw_losses(Drawing& drawing, const std::vector<EpochWatch>& history, double top,
                 double right) {
  std::vector<double> all;
  for (const EpochWatch& epoch : history) {
    all.push_back(epoch.train_loss);
    if (epoch.evaluation_loss > 0) all.push_back(epoch.evaluation_loss);
  }
  const Axis axis(all, false, top + kPanel, top);
  const Axis epochs(static_cast<double>(history.front().epoch) - 0.5,
                    static_cast<double>(history.back().epoch) + 0.5, kPanelLeft, right);
  draw_grid(drawing, axis, right,
            "loss by epoch: of what is trained on (blue), of what is not (orange)", top);
  std::vector<Point> trained, held;
  for (const EpochWatch& epoch : history) {
    const double x = epochs.at(static_cast<double>(epoch.epoch));
    trained.push_back({x, axis.at(epoch.train_loss)});
    if (epoch.evaluation_loss > 0) held.push_back({x, axis.at(epoch.evaluation_loss)});
  }
  drawing.path(trained, kNow, 2);
  drawing.path(held, kOther, 2);
  if (!trained.empty()) drawing.dot(trained.back(), 3, kNow);
  if (!held.empty()) drawing.dot(held.back(), 3, kOther);
  for (const EpochWatch* epoch : {&history.front(), &history.back()})
    drawing.text({epochs.at(static_cast<double>(epoch->epoch)), top + kPanel + 16},
                 fmt::format("{}", epoch->epoch), Anchor::middle, 11, "#666");
}

}  // namespace

std::string draw_watch(const std::vector<EpochWatch>& history) {
  if (history.empty() || history.back().layers.empty()) {
    Drawing drawing(480, 60);
    drawing.text({20, 35}, "No layer was watched.");
    return drawing.finish();
  }
  const auto& layers = history.back().layers;
  const double width = kPanelLeft + kPanelRight +
                       std::clamp(46.0 * static_cast<double>(layers.size()), 520.0, 1400.0);
  const Columns columns{width - kPanelRight, layers.size()};
  const auto figures = panels();
  const double legend = kPanelTop + static_cast<double>(figures.size()) * (kPanel + kPanelGap);
  const double losses = legend + 17 * static_cast<double>(layers.size()) + 40;
  Drawing drawing(width, losses + kPanel + 40);
  drawing.text({kPanelLeft, 24},
               fmt::format("{} layers after epoch {}; paler: earlier epochs; hollow: off the scale",
                           layers.size(), history.back().epoch),
               Anchor::start, 15);
  double top = kPanelTop;
  for (const Panel& panel : figures) {
    draw_panel(drawing, panel, top, chosen(history), columns);
    for (std::size_t i = 0; i < layers.size(); ++i)
      drawing.text({columns.at(i), top + kPanel + 16}, fmt::format("{}", layers[i].layer),
                   Anchor::middle, 11, "#666");
    top += kPanel + kPanelGap;
  }
  for (std::size_t i = 0; i < layers.size(); ++i)
    drawing.text({kPanelLeft, legend + 17 * static_cast<double>(i)}, layers[i].label, Anchor::start,
                 12);
  draw_losses(drawing, history, losses, columns.right);
  return drawing.finish();
}

}  // namespace lithe
