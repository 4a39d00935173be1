// Figures of a model's scores on known and unknown examples.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include "lithe/error.h"
#include "lithe/unknown_report.h"
#include "metrics/detection.h"
#include "open_set/scorer.h"
#include "report/drawing.h"

namespace lithe {

using open_set::Scorer;

namespace {

// A fitted score with its threshold.
struct Detector {
  Scorer scorer;
  double threshold;
};

// The scores of all examples, one list for each detector, and whether each example with a label is
// classified correctly.
struct Scored {
  std::vector<std::vector<double>> scores;
  std::vector<bool> correct;
};

Scored score_all(const Model& model, const std::vector<Detector>& detectors,
                 const Examples& examples) {
  Scored result;
  result.scores.resize(detectors.size());
  const std::size_t classes = open_set::known_classes(model);
  open_set::for_each_part(model, examples, [&](const Evidence& part, std::size_t) {
    for (std::size_t j = 0; j < detectors.size(); ++j) {
      const std::vector<double> scores = detectors[j].scorer.score(part);
      result.scores[j].insert(result.scores[j].end(), scores.begin(), scores.end());
    }
    for (std::size_t row = 0; row < part.labels.size(); ++row) {
      const auto first = part.logits.begin() + static_cast<std::ptrdiff_t>(row * part.classes);
      const auto best = std::max_element(first, first + static_cast<std::ptrdiff_t>(classes));
      result.correct.push_back(best - first == part.labels[row]);
    }
  });
  return result;
}

Detector fit_detector(const std::string& score, const Model& model,
                      const UnknownReportOptions& options) {
  if (options.fit.features.rows == 0 || options.validation.features.rows == 0)
    throw Error(ErrorKind::model,
                fmt::format("the model was not calibrated for '{}', and there are no known "
                            "examples to calibrate it on",
                            score),
                {}, fmt::format("lithe calibrate MODEL --data DATA --unknown \"{}\"", score));
  std::vector<Detector> detector{{Scorer::fit(score, model, options.fit), 0}};
  detector[0].threshold = unknown_threshold(
      score_all(model, detector, options.validation).scores[0], options.acceptance_rate);
  return detector[0];
}

std::vector<Detector> make_detectors(const Model& model, const UnknownReportOptions& options) {
  const auto own = calibration_of(model);
  if (options.scores.empty() && !own)
    throw Error(ErrorKind::model, "the model is not calibrated to detect unknown examples", {},
                "lithe calibrate MODEL --data DATA --unknown energy, or --score all");
  std::vector<std::string> scores = options.scores;
  if (scores.empty()) scores.push_back(own->score);
  std::vector<Detector> detectors;
  for (const std::string& score : scores) {
    if (own && own->score == score)
      detectors.push_back({Scorer::restore(score, model), own->threshold});
    else
      detectors.push_back(fit_detector(score, model, options));
  }
  return detectors;
}

double acceptance_rate_at(const std::vector<double>& scores, double threshold) {
  const auto count =
      std::ranges::count_if(scores, [&](double score) { return score <= threshold; });
  return static_cast<double>(count) / static_cast<double>(scores.size());
}

UnknownFigures figures(const ScoreReport& report, const std::vector<bool>& correct,
                       const std::string& set, const std::string& kind,
                       const std::vector<double>& unknown) {
  const std::vector<double>& known = report.known_scores;
  return {set,
          kind,
          unknown.size(),
          metrics::auroc(known, unknown),
          metrics::aupr(known, unknown),
          metrics::fpr_at(known, unknown, 0.95),
          metrics::oscr(known, correct, unknown),
          acceptance_rate_at(unknown, report.threshold)};
}

// Adds a row for the set, and one for each kind if it has several.
void add_rows(ScoreReport& report, const std::vector<bool>& correct, const UnknownSet& set,
              const std::vector<double>& scores) {
  report.rows.push_back(figures(report, correct, set.name, "", scores));
  if (set.examples.labels == nullptr) return;
  std::map<std::int32_t, std::vector<double>> kinds;
  for (std::size_t row = 0; row < scores.size(); ++row)
    kinds[set.examples.labels[row]].push_back(scores[row]);
  if (kinds.size() < 2) return;
  for (const auto& [kind, own] : kinds) {
    const auto index = static_cast<std::size_t>(kind);
    const std::string name = index < set.kinds.size() ? set.kinds[index] : fmt::format("{}", kind);
    report.rows.push_back(figures(report, correct, set.name, name, own));
  }
}

void check(const Model& model, const Examples& known, const std::vector<UnknownSet>& unknown) {
  if (known.labels == nullptr || known.features.rows == 0)
    throw Error(ErrorKind::data, "there are no known examples with classes", "--known",
                "a data set with classes");
  const std::size_t classes = open_set::known_classes(model);
  if (known.classes > classes)
    throw Error(ErrorKind::data,
                fmt::format("the known examples have {} classes and the model knows {}",
                            known.classes, classes),
                "--known-classes", "the classes that the model was trained on");
  for (const UnknownSet& set : unknown)
    if (set.examples.features.rows == 0)
      throw Error(ErrorKind::data, fmt::format("there are no examples in {}", set.name),
                  "--unknown");
}

}  // namespace

UnknownReport report_unknown(const Model& model, const Examples& known,
                             const std::vector<UnknownSet>& unknown,
                             const UnknownReportOptions& options) {
  check(model, known, unknown);
  const std::vector<Detector> detectors = make_detectors(model, options);
  Scored of_known = score_all(model, detectors, known);
  UnknownReport result;
  result.known = known.features.rows;
  result.accuracy = static_cast<double>(std::ranges::count(of_known.correct, true)) /
                    static_cast<double>(result.known);
  for (std::size_t j = 0; j < detectors.size(); ++j) {
    ScoreReport report{detectors[j].scorer.sentence(), detectors[j].threshold, 0, {}, {}, {}};
    report.known_scores = std::move(of_known.scores[j]);
    report.known_acceptance_rate = acceptance_rate_at(report.known_scores, report.threshold);
    result.scores.push_back(std::move(report));
  }
  for (const UnknownSet& set : unknown) {
    Scored scored = score_all(model, detectors, set.examples);
    for (std::size_t j = 0; j < detectors.size(); ++j) {
      add_rows(result.scores[j], of_known.correct, set, scored.scores[j]);
      result.scores[j].unknown_scores.push_back(std::move(scored.scores[j]));
    }
  }
  return result;
}

std::string draw_unknown_curves(const ScoreReport& report) {
  constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#444444"};
  constexpr double kLeft = 70, kTop = 40, kSide = 360;
  report::Drawing drawing(kLeft + kSide + 220, kTop + kSide + 60);
  const report::Axis x(0, 1, kLeft, kLeft + kSide), y(0, 1, kTop + kSide, kTop);
  drawing.text({kLeft, kTop - 15}, fmt::format("{}: ROC curves and AUROC", report.score));
  for (const auto& tick : x.ticks()) {
    drawing.line({x.at(tick.value), y.at(0)}, {x.at(tick.value), y.at(1)}, "#ddd");
    drawing.line({x.at(0), y.at(tick.value)}, {x.at(1), y.at(tick.value)}, "#ddd");
    drawing.text({x.at(tick.value), y.at(0) + 16}, tick.label, report::Drawing::Anchor::middle, 10);
    drawing.text({kLeft - 6, y.at(tick.value) + 4}, tick.label, report::Drawing::Anchor::end, 10);
  }
  drawing.text({x.at(0.5), y.at(0) + 40}, "acceptance rate of unknown examples",
               report::Drawing::Anchor::middle);
  drawing.text({8, kTop - 15}, "acceptance rate of known examples", report::Drawing::Anchor::start,
               10);
  std::size_t set = 0;
  for (const UnknownFigures& row : report.rows) {
    if (!row.kind.empty()) continue;
    const char* colour = kColours[set % std::size(kColours)];
    const auto rates = metrics::rates(report.known_scores, report.unknown_scores[set]);
    constexpr std::size_t kMostPoints = 400;
    const std::size_t step = std::max<std::size_t>(1, rates.size() / kMostPoints);
    std::vector<report::Point> points;
    for (std::size_t i = 0; i < rates.size(); i += step)
      points.push_back({x.at(rates[i].unknown), y.at(rates[i].known)});
    points.push_back({x.at(1), y.at(1)});
    drawing.path(points, colour);
    drawing.text({kLeft + kSide + 15, kTop + 14 + 18 * static_cast<double>(set)},
                 fmt::format("{}: {:.4f}", row.set, row.auroc), report::Drawing::Anchor::start, 12,
                 colour);
    ++set;
  }
  return drawing.finish();
}

std::vector<std::size_t> lowest_rows(const std::vector<double>& scores, std::size_t count) {
  std::vector<std::size_t> rows(scores.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  count = std::min(count, rows.size());
  std::ranges::stable_sort(rows, {}, [&](std::size_t row) { return scores[row]; });
  rows.resize(count);
  return rows;
}

std::vector<std::size_t> highest_rows(const std::vector<double>& scores, std::size_t count) {
  std::vector<double> negative(scores.size());
  std::ranges::transform(scores, negative.begin(), std::negate<>());
  return lowest_rows(negative, count);
}

}  // namespace lithe
