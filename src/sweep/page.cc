// The page of a sweep.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/figure.h"
#include "lithe/sweep.h"
#include "report/chart.h"
#include "report/html.h"
#include "report/page_style.h"

namespace lithe {

namespace {

using report::escape;

constexpr std::size_t kMostLines = 1000, kMostCurves = 200, kMostShown = 12, kHighlighted = 5;
constexpr std::size_t kMostName = 18, kMostText = 200;

std::string section_of(const std::string& title, const std::string& body) {
  return body.empty() ? ""
                      : fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escape(title), body);
}

std::string soft(const std::string& text) {
  return fmt::format("<p class=\"soft\">{}</p>\n", escape(text));
}

std::string card_of(const std::string& label, const std::string& value, const std::string& more) {
  return fmt::format("<div class=\"card\"><span>{}</span><b>{}</b><span>{}</span></div>\n",
                     escape(label), escape(value), escape(more));
}

std::string figure_of(const SweepPlan& plan, double value) {
  if (!std::isfinite(value)) return "–";
  return plan.metric == "accuracy" ? fmt::format("{:.2f}%", 100 * value) : base::figure(value, 5);
}

std::string spread_of(const SweepPlan& plan, const SweepTrial::Rung& rung) {
  const std::string mean = figure_of(plan, rung.mean());
  return rung.scores.size() < 2 ? mean : mean + " ± " + figure_of(plan, rung.deviation());
}

// From the best to the worst.
std::vector<const SweepTrial*> ranked(const SweepPlan& plan,
                                      const std::vector<SweepTrial>& trials) {
  std::vector<const SweepTrial*> result;
  for (const std::size_t number : rank_trials(plan, trials))
    result.push_back(&*std::ranges::lower_bound(trials, number, {}, &SweepTrial::number));
  return result;
}

std::string cards_of(const SweepPlan& plan, const std::vector<SweepTrial>& trials,
                     const std::vector<const SweepTrial*>& best) {
  double seconds = 0;
  for (const SweepTrial& trial : trials) seconds += trial.seconds;
  const auto failed = std::ranges::count_if(trials, &SweepTrial::failed);
  std::string cards;
  if (!best.empty()) {
    const SweepTrial& first = *best.front();
    cards += card_of("best validation " + plan.metric, spread_of(plan, first.rungs.back()),
                     fmt::format("trial {}", first.number));
    if (!first.test_scores.empty() && std::isfinite(first.test_scores.front()))
      cards += card_of("its test " + plan.metric, spread_of(plan, {0, first.test_scores}),
                       "nothing was chosen by it");
  }
  cards += card_of(
      "trials", fmt::format("{} of {}", trials.size(), plan.trials),
      fmt::format("{} seed{} each, {} failed", plan.seeds, plan.seeds == 1 ? "" : "s", failed));
  cards += card_of("search", std::string(name(plan.search)),
                   fmt::format("{} parameters, seed {}", plan.parameters.size(), plan.seed));
  return cards +
         card_of("time", fmt::format("{:.4g} s", seconds), "of all trials, one thread each");
}

// Which share of the trials is at least as good: 0 for the best, 1 for the worst.
double share_of(std::size_t rank, std::size_t count) {
  return count < 2 ? 0 : static_cast<double>(rank) / static_cast<double>(count - 1);
}

std::string_view colour_of(std::size_t rank) {
  return rank == 0 ? report::kOrange : rank < kHighlighted ? report::kBlue : report::kLine;
}

struct Frame {
  double left = 60, top = 46, height = 250, gap = 150;
  std::size_t axes = 0;

  double at_axis(std::size_t axis) const { return left + gap * static_cast<double>(axis); }
  double at(double place) const { return top + height * (1 - place); }
};

void draw_axis(report::Drawing& drawing, const Frame& frame, std::size_t axis,
               const std::string& label, const std::string& low, const std::string& high) {
  using Anchor = report::Drawing::Anchor;
  const double x = frame.at_axis(axis);
  drawing.line({x, frame.at(0)}, {x, frame.at(1)}, report::kSoft, 1);
  drawing.text({x, 16}, report::shorten(label, kMostName), Anchor::middle, 13, report::kInk);
  drawing.text({x, 36}, report::shorten(high, kMostName), Anchor::middle, 11, report::kSoft);
  drawing.text({x, frame.at(0) + 18}, report::shorten(low, kMostName), Anchor::middle, 11,
               report::kSoft);
}

// The values of a short list stand beside their places on the axis.
void draw_choices(report::Drawing& drawing, const Frame& frame, std::size_t axis,
                  const SweepParameter& parameter) {
  draw_axis(drawing, frame, axis, parameter.name, "", "");
  for (const std::string& choice : parameter.choices)
    drawing.text({frame.at_axis(axis) + 6, frame.at(parameter.place_of(choice)) - 5},
                 report::shorten(choice, kMostName), report::Drawing::Anchor::start, 11,
                 report::kInk);
}

// A line for each trial, the worst drawn first; the last axis is its rank.
std::string parallel_coordinates(const SweepPlan& plan,
                                 const std::vector<const SweepTrial*>& best) {
  Frame frame;
  frame.axes = plan.parameters.size() + 1;
  report::Drawing drawing(2 * frame.left + frame.gap * static_cast<double>(frame.axes - 1),
                          frame.top + frame.height + 34);
  const std::size_t count = std::min(best.size(), kMostLines);
  for (std::size_t rank = count; rank-- > 0;) {
    std::vector<report::Point> points;
    for (std::size_t i = 0; i < plan.parameters.size(); ++i)
      points.push_back(
          {frame.at_axis(i), frame.at(plan.parameters[i].place_of(best[rank]->values[i]))});
    points.push_back({frame.at_axis(frame.axes - 1), frame.at(1 - share_of(rank, best.size()))});
    const bool stands_out = rank < kHighlighted;
    drawing.path(points, stands_out ? colour_of(rank) : report::kSoft, stands_out ? 2 : 0.4);
  }
  constexpr std::size_t kFewChoices = 8;
  for (std::size_t i = 0; i < plan.parameters.size(); ++i) {
    const SweepParameter& parameter = plan.parameters[i];
    if (parameter.kind == SweepParameter::Kind::choice && parameter.choices.size() <= kFewChoices)
      draw_choices(drawing, frame, i, parameter);
    else
      draw_axis(drawing, frame, i, parameter.name, parameter.value_at(0),
                parameter.value_at(1 - 1e-12));
  }
  draw_axis(drawing, frame, frame.axes - 1, plan.metric,
            figure_of(plan, best.back()->rungs.back().mean()),
            figure_of(plan, best.front()->rungs.back().mean()));
  return "<div class=\"scroll\">" + drawing.finish_within("Parallel coordinates of the trials") +
         "</div>\n";
}

std::string importance_of(const SweepPlan& plan, const std::vector<SweepTrial>& trials) {
  const auto importance = sweep_importance(plan, trials);
  if (!importance)
    return soft(
        fmt::format("Fewer than {} trials have a score: too few to say.", kLeastForImportance));
  std::string rows;
  double rest = 1;
  const auto row = [](const std::string& label, double share) {
    return fmt::format(
        "<tr><td class=\"text\">{}</td><td>{:.0f}%</td><td><span class=\"bar\"><i "
        "style=\"width:{:.0f}%\"></i></span></td></tr>\n",
        escape(report::shorten(label, kMostText)), 100 * share, 100 * std::clamp(share, 0.0, 1.0));
  };
  for (std::size_t i = 0; i < plan.parameters.size(); ++i) {
    rows += row(plan.parameters[i].name, importance->shares[i]);
    rest -= importance->shares[i];
  }
  if (plan.parameters.size() > 1) rows += row("several together", std::max(0.0, rest));
  return "<table>" + rows + "</table>\n" +
         soft(fmt::format(
             "Shares of the variance of the ranks, by functional ANOVA in a random forest. The "
             "forest explains {:.0f}% of the ranks of trials that it has not seen; near 0% the "
             "shares say nothing.",
             100 * std::max(0.0, importance->explained)));
}

// The score over each parameter.
std::string slices(const SweepPlan& plan, const std::vector<const SweepTrial*>& best) {
  std::string pictures;
  std::vector<double> scores;
  for (const SweepTrial* trial : best) scores.push_back(trial->rungs.back().mean());
  for (std::size_t i = 0; i < std::min(plan.parameters.size(), kMostShown); ++i) {
    const SweepParameter& parameter = plan.parameters[i];
    const bool numbers = parameter.kind != SweepParameter::Kind::choice;
    std::vector<double> places;
    for (const SweepTrial* trial : best)
      places.push_back(
          numbers ? std::stod(trial->values[i])
                  : static_cast<double>(std::ranges::find(parameter.choices, trial->values[i]) -
                                        parameter.choices.begin()) +
                        1);
    const auto [least, most] = std::ranges::minmax(scores);
    constexpr double kLargeRatio = 30;
    report::Chart chart(report::shorten(parameter.name, kMostName),
                        numbers ? "value" : "number in the list of values",
                        "validation " + plan.metric,
                        {places, numbers && parameter.logarithmic, !numbers},
                        {scores, least > 0 && most / least > kLargeRatio});
    chart.dots(places, scores, report::kBlue);
    pictures += chart.finish();
  }
  return "<div class=\"charts\">" + pictures + "</div>\n";
}

std::string curves_of(const SweepPlan& plan, const std::vector<const SweepTrial*>& best) {
  std::vector<report::Curve> curves;
  std::size_t longest = 0;
  for (std::size_t rank = std::min(best.size(), kMostCurves); rank-- > 0;)
    if (!best[rank]->curves.empty() && !best[rank]->curves.front().empty()) {
      curves.push_back({"", std::string(colour_of(rank)), best[rank]->curves.front()});
      longest = std::max(longest, curves.back().values.size());
    }
  if (curves.empty()) return "";
  std::vector<double> epochs;
  for (std::size_t epoch = 1; epoch <= longest; ++epoch)
    epochs.push_back(static_cast<double>(epoch));
  for (report::Curve& curve : curves) curve.values.resize(longest, std::nan(""));
  curves.back().name = fmt::format("trial {}, the best", best.front()->number);
  return "<div class=\"charts\">" +
         report::draw_curves("Validation loss", "of the first seed", epochs, curves) + "</div>\n" +
         soft(fmt::format(
             "{}Orange is the best trial, blue the four behind it.",
             best.size() > kMostCurves ? fmt::format("The best {} trials. ", kMostCurves) : "")) +
         (plan.search == SweepSearch::halving
              ? soft("A curve ends where halving has left its trial behind.")
              : "");
}

std::string row_of(const SweepPlan& plan, const SweepTrial& trial, const std::string& rank) {
  std::string row = fmt::format("<tr><td>{}</td><td>{}</td>", rank, trial.number);
  if (trial.failed()) {
    row += fmt::format("<td class=\"text wrong\">{}</td>",
                       escape(report::shorten(trial.error, kMostText)));
  } else {
    row += fmt::format("<td>{}</td>", escape(spread_of(plan, trial.rungs.back())));
  }
  if (plan.search == SweepSearch::halving)
    row += fmt::format("<td>{}</td>", trial.rungs.empty() ? 0 : trial.rungs.back().epochs);
  for (const std::string& value : trial.values)
    row += fmt::format("<td class=\"text\">{}</td>", escape(report::shorten(value, kMostText)));
  return row + fmt::format("<td>{:.3g}</td></tr>\n", trial.seconds);
}

std::string table_of(const SweepPlan& plan, const std::vector<SweepTrial>& trials,
                     const std::vector<const SweepTrial*>& best) {
  std::string head =
      "<tr><th>rank</th><th>trial</th><th>validation " + escape(plan.metric) + "</th>";
  if (plan.search == SweepSearch::halving) head += "<th>epochs</th>";
  for (const SweepParameter& parameter : plan.parameters)
    head += "<th class=\"text\">" + escape(parameter.name) + "</th>";
  std::string rows = head + "<th>seconds</th></tr>\n";
  for (std::size_t rank = 0; rank < best.size(); ++rank)
    rows += row_of(plan, *best[rank], fmt::format("{}", rank + 1));
  for (const SweepTrial& trial : trials)
    if (trial.failed()) rows += row_of(plan, trial, "failed");
  return "<div class=\"scroll\"><table>" + rows + "</table></div>\n";
}

}  // namespace

std::string sweep_page(const std::string& title, const SweepPlan& plan,
                       const std::vector<SweepTrial>& trials) {
  const std::vector<const SweepTrial*> best = ranked(plan, trials);
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>" +
      escape(title) + "</title>\n<style>" + report::kPageStyle + "</style>\n</head>\n<body>\n";
  page += "<header>\n<h1>" + escape(report::shorten(title, kMostText)) + "</h1>\n";
  for (const auto& [key, value] : plan.settings)
    if (key == "--network" || key == "--optimizer")
      page += fmt::format("<p><code>{} {}</code></p>\n", escape(key),
                          escape(report::shorten(value, 10 * kMostText)));
  page += "</header>\n<div class=\"cards\">\n" + cards_of(plan, trials, best) + "</div>\n";
  if (!best.empty()) {
    page += section_of("Parallel coordinates",
                       parallel_coordinates(plan, best) +
                           soft("A line is a trial: its values, and how good it came out, the best "
                                "on top. Orange is the best one, blue the four behind it."));
    page += section_of("What mattered", importance_of(plan, trials) + slices(plan, best));
    page += section_of("Learning curves", curves_of(plan, best));
  }
  page += section_of("Trials", table_of(plan, trials, best));
  return page + "</body>\n</html>\n";
}

}  // namespace lithe
