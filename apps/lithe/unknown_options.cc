#include "unknown_options.h"

#include <fmt/format.h>

#include "lithe/calibrate.h"
#include "lithe/error.h"
#include "training_data.h"

namespace lithe::app {

void add_unknown_options(Options& app, UnknownChoice& choice, bool outliers) {
  const std::string group = "None of these";
  app.add_option("--unknown", choice.score,
                 outliers ? "score that says what is unknown, calibrated on held-out examples: "
                            "energy, ... (`lithe list unknown`), auto (tries them all), or "
                            "background, outlier_exposure (learn from --outliers)"
                          : "score that says what is unknown: energy, ... (`lithe list unknown`)")
      ->group(group);
  app.add_option("--unknown-acceptance", choice.acceptance_text,
                 "fraction of known examples to accept")
      ->capture_default_str()
      ->group(group);
  if (!outliers) return;
  app.add_option(
         "--outliers", choice.outliers,
         "data set of unknown examples to learn from; corrupted: the training images "
         "themselves, warped, cut, doubled and shuffled until they show none of the classes; "
         "may be repeated")
      ->group(group);
  app.add_option("--outlier-classes", choice.outlier_classes,
                 "these classes of the outliers' data set: 2..7,9 (default: all); with several "
                 "sets, once for each in their order")
      ->group(group);
  app.add_option("--outlier-weight", choice.outlier_weight,
                 "how much all outliers together count in outlier_exposure, against all known")
      ->check(Range(1e-6, 1e6))
      ->capture_default_str()
      ->group(group);
}

double parse_acceptance_rate(const std::string& text) {
  const double rate = parse_share(text, "--unknown-acceptance");
  if (rate > 0 && rate <= 1) return rate;
  throw Error(ErrorKind::usage, fmt::format("'{}' is no acceptance rate", text),
              "--unknown-acceptance", "above 0%, up to 100%: 95%");
}

void check_for_calibration(UnknownChoice& choice) {
  choice.acceptance_rate = parse_acceptance_rate(choice.acceptance_text);
  if (choice.score == kAuto || choice.score == kOutlierExposure)
    throw Error(ErrorKind::usage, fmt::format("{} is a matter of training", choice.score),
                "--unknown",
                fmt::format("lithe train ... --unknown {}, or a score by name", choice.score));
  check_unknown_score(choice.score);
}

void check_for_training(UnknownChoice& choice) {
  choice.acceptance_rate = parse_acceptance_rate(choice.acceptance_text);
  const bool learns = choice.score == kBackground || choice.score == kOutlierExposure;
  if (learns && choice.outliers.empty())
    throw Error(ErrorKind::usage, fmt::format("{} learns from unknown examples", choice.score),
                "--unknown",
                "--outliers DATA beside it, --outliers corrupted (made of the training images), or "
                "--unknown energy, which needs none");
  if (!learns && !choice.outliers.empty())
    throw Error(ErrorKind::usage, "outliers, and nothing that learns from them", "--outliers",
                "--unknown background or --unknown outlier_exposure beside it");
  if (!choice.outlier_classes.empty() && choice.outlier_classes.size() != choice.outliers.size())
    throw Error(ErrorKind::usage,
                fmt::format("classes of {} sets of outliers, and there are {}",
                            choice.outlier_classes.size(), choice.outliers.size()),
                "--outlier-classes", "once for each --outliers; all: every class");
  if (choice.asked() && choice.score != kAuto) check_unknown_score(choice.fitted_score());
}

}  // namespace lithe::app
