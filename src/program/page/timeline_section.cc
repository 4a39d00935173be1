// The run over time: what the main thread did, stacked, with its epochs, and memory.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "program/amounts.h"
#include "program/page/sections.h"
#include "report/drawing.h"

namespace lithe::program::page {

namespace {

constexpr std::size_t kMostWaits = 5, kMostMarks = 200, kMostNumbers = 20, kMostHints = 4;
constexpr double kWorth = 0.005;  // a colour of its own

// One colour of the picture.
struct Layer {
  std::string name, colour;
  std::vector<double> parts;  // of each bin's time
  double share = 0;           // of the whole run
};

class TimelinePicture {
 public:
  explicit TimelinePicture(const ProgramReport& report)
      : report_(report), bins_(report.timeline.bins), width_(report.timeline.bin_seconds) {
    make_layers();
  }

  std::string write() const {
    return legend() + "<div class=\"time\">\n" + marks_above() + areas() + memory() + ticks() +
           "</div>\n";
  }

  bool empty() const { return layers_.empty(); }

 private:
  double length() const { return width_ * static_cast<double>(bins_.size()); }

  // Seconds of the run within a bin: the last one may be shorter.
  double seconds_of(std::size_t bin) const {
    const double rest = report_.seconds - width_ * static_cast<double>(bin);
    return std::clamp(rest, width_ / 10, width_);
  }

  template <typename Get>
  Layer layer(const std::string& layer_name, const std::string& colour, Get get) const {
    Layer made{layer_name, colour, {}, 0};
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      made.parts.push_back(std::min(1.0, get(bins_[i]) / seconds_of(i)));
      made.share += get(bins_[i]) / std::max(report_.seconds, 1e-9);
    }
    return made;
  }

  // What takes next to nothing is a part of `other`.
  void keep(Layer made, Layer& other) {
    if (made.share >= kWorth)
      layers_.push_back(std::move(made));
    else
      add(made, other);
  }

  void make_layers() {
    constexpr auto kOther = static_cast<std::size_t>(Activity::other);
    const auto activity = [this](std::size_t a) {
      return layer(lithe::name(static_cast<Activity>(a)), fmt::format("var(--a{})", a),
                   [a](const TimelineBin& bin) { return bin.activity[a]; });
    };
    Layer other = activity(kOther);
    for (std::size_t a = 0; a < kActivities; ++a)
      if (a != kOther) keep(activity(a), other);
    keep(layer("runs, not sampled", "var(--a11)",
               [](const TimelineBin& bin) { return bin.unknown; }),
         other);
    std::vector<Layer> waits = largest_waits();
    std::vector<Layer> idle;
    for (std::size_t i = 0; i < waits.size(); ++i) {
      waits[i].colour = fmt::format("var(--w{})", i);
      if (waits[i].share >= 0.0005) idle.push_back(std::move(waits[i]));
    }
    if (other.share > 0) layers_.push_back(std::move(other));
    layers_.insert(layers_.end(), idle.begin(), idle.end());
  }

  std::vector<Layer> largest_waits() const {
    std::vector<Layer> waits;
    for (std::size_t w = 1; w < kWaits; ++w)
      waits.push_back(layer(std::string("waits for ") + lithe::name(static_cast<Wait>(w)), "",
                            [w](const TimelineBin& bin) { return bin.wait[w]; }));
    std::stable_sort(waits.begin(), waits.end(),
                     [](const Layer& a, const Layer& b) { return a.share > b.share; });
    // The last place is for all that are small or too many.
    std::size_t alone = 0;
    while (alone + 1 < kMostWaits && waits[alone].share >= kWorth) ++alone;
    if (waits[alone + 1].share > 0) waits[alone].name = "other waits";
    for (std::size_t i = alone + 1; i < waits.size(); ++i) add(waits[i], waits[alone]);
    waits.resize(alone + 1);
    return waits;
  }

  static void add(const Layer& from, Layer& to) {
    to.share += from.share;
    for (std::size_t i = 0; i < to.parts.size(); ++i) to.parts[i] += from.parts[i];
  }

  std::string legend() const {
    std::string html = "<ul class=\"legend\">\n";
    for (const Layer& one : layers_)
      html += fmt::format("<li><i style=\"background:{}\"></i>{} {}</li>\n", one.colour,
                          text(one.name), percent(one.share));
    return html + "</ul>\n";
  }

  // The area between two lines that go in steps.
  static std::string area(const std::vector<double>& low, const std::vector<double>& high) {
    std::string path;
    for (std::size_t i = 0; i < high.size(); ++i)
      path += fmt::format("{}{} {:.2f}H{}", i == 0 ? "M" : "L", i, 100 - high[i], i + 1);
    for (std::size_t i = low.size(); i-- > 0;)
      path += fmt::format("L{} {:.2f}H{}", i + 1, 100 - low[i], i);
    return path + "Z";
  }

  std::string open_svg(const char* kind, const std::string& label) const {
    return fmt::format(
        "<svg class=\"{}\" viewBox=\"0 0 {} 100\" preserveAspectRatio=\"none\" role=\"img\" "
        "aria-label=\"{}\">\n",
        kind, bins_.size(), label);
  }

  std::string areas() const {
    std::string svg = open_svg("areas", "What the main thread did over the time of the run");
    std::vector<double> low(bins_.size()), high;
    for (const Layer& one : layers_) {
      high = low;
      for (std::size_t i = 0; i < high.size(); ++i)
        high[i] = std::min(100.0, high[i] + 100 * one.parts[i]);
      svg += fmt::format("<path d=\"{}\" style=\"fill:{}\"/>\n", area(low, high), one.colour);
      low = high;
    }
    return svg + lines_of_marks() + hints() + "</svg>\n";
  }

  // What stands where the mouse points.
  std::string hints() const {
    std::string svg;
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      std::vector<std::pair<double, const Layer*>> parts;
      for (const Layer& one : layers_)
        if (one.parts[i] >= 0.005) parts.emplace_back(one.parts[i], &one);
      std::stable_sort(parts.begin(), parts.end(),
                       [](const auto& a, const auto& b) { return a.first > b.first; });
      parts.resize(std::min(parts.size(), kMostHints));
      std::string words;
      for (const auto& [part, one] : parts)
        words += fmt::format("{} {}%, ", one->name, std::lround(100 * part));
      if (bins_[i].resident_bytes > 0) words += bytes_text(bins_[i].resident_bytes) + " resident, ";
      words.resize(words.size() - std::min<std::size_t>(2, words.size()));
      svg += fmt::format(
          "<rect x=\"{}\" width=\"1\" height=\"100\"><title>{:.3g} s: {}</title>"
          "</rect>\n",
          i, width_ * static_cast<double>(i), text(words));
    }
    return svg;
  }

  // The ends of epochs, in percent of the picture's width.
  std::vector<double> marks() const {
    std::vector<double> ends;
    double at = 0;
    for (const ProgramEpoch& epoch : report_.epochs)
      ends.push_back(100 * (at += epoch.seconds) / length());
    return ends;
  }

  std::string lines_of_marks() const {
    const std::vector<double> ends = marks();
    const std::size_t step = (ends.size() + kMostMarks - 1) / kMostMarks;
    std::string path;
    for (std::size_t i = 0; i < ends.size(); i += step) {
      const double x = ends[i] / 100 * static_cast<double>(bins_.size());
      path += fmt::format("M{:.2f} 0V100", x);
    }
    return path.empty() ? ""
                        : fmt::format(
                              "<path class=\"marks behind\" d=\"{0}\"/>\n<path "
                              "class=\"marks\" d=\"{0}\"/>\n",
                              path);
  }

  // The numbers of epochs, where there is room for them.
  std::string marks_above() const {
    const std::vector<double> ends = marks();
    const std::size_t step = std::max<std::size_t>(1, ends.size() / kMostNumbers);
    std::string html;
    double last = -100;
    for (std::size_t i = 0; i < ends.size(); i += step) {
      const double begin = i == 0 ? 0 : ends[i - 1], middle = (begin + ends[i]) / 2;
      constexpr double kRoom = 3.5;
      if (middle - last < kRoom || middle > 99) continue;
      last = middle;
      html += fmt::format("<span style=\"left:{:.2f}%\">{}</span>", middle, i + 1);
    }
    if (html.empty()) return {};
    return "<div class=\"above\" aria-hidden=\"true\">" + html + "</div>\n";
  }

  std::string memory() const {
    std::uint64_t most = 0;
    for (const TimelineBin& bin : bins_) most = std::max(most, bin.resident_bytes);
    if (most == 0) return {};
    std::vector<double> high, low(bins_.size());
    double last = 0;
    for (const TimelineBin& bin : bins_) {
      // It is read five times a second.
      if (bin.resident_bytes > 0)
        last = 100 * static_cast<double>(bin.resident_bytes) / static_cast<double>(most);
      high.push_back(last);
    }
    return fmt::format(
        "<p class=\"soft\">Memory, all processes: the highest point is {}</p>\n{}<path d=\"{}\"/>\n"
        "{}</svg>\n",
        text(bytes_text(most)), open_svg("memory", "Memory over the time of the run"),
        area(low, high), lines_of_marks());
  }

  std::string ticks() const {
    const report::Axis axis(0, length(), 0, 100);
    std::string html = "<div class=\"ticks\">";
    for (const report::Axis::Tick& tick : axis.ticks()) {
      const double at = axis.at(tick.value);
      constexpr double kEdge = 94;
      if (at > kEdge) continue;
      html += fmt::format("<span style=\"left:{:.2f}%\">{} s</span>", at, tick.label);
    }
    return html + "</div>\n";
  }

  const ProgramReport& report_;
  const std::vector<TimelineBin>& bins_;
  double width_;
  std::vector<Layer> layers_;
};

}  // namespace

std::string timeline_section(const ProgramReport& report) {
  if (report.timeline.bins.empty()) return {};
  const TimelinePicture picture(report);
  if (picture.empty()) return {};
  const char* epochs = report.epochs.empty() ? "No epochs were found in its output."
                       : report.divided
                           ? "The run is divided into equal epochs; a line marks the end of each."
                           : "The numbers are epochs; a line marks the end of each.";
  return fmt::format(
      "<section>\n<h2>Over time</h2>\n<p>The time of the main thread by what it did or waited for, "
      "in parts of {}. {} The first epoch includes the start of the program.</p>\n{}</section>\n",
      seconds(report.timeline.bin_seconds), epochs, picture.write());
}

}  // namespace lithe::program::page
