// lithe evaluate: how many of a data set's test examples a model reads, and a page about it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/figure.h"
#include "base/file.h"
#include "base/folders.h"
#include "command.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/evaluation_report.h"
#include "lithe/trainer.h"
#include "model_kind.h"
#include "never_predicted.h"
#include "parse.h"
#include "target_scores.h"
#include "terminal.h"
#include "training_data.h"
#include "unknown_data.h"

namespace lithe::app {

namespace {

// What the model has classes for.
Dataset examples_for(const Model& model, const Dataset& data) {
  Dataset known = known_to(model, data);
  const std::size_t left_out = data.test.features.rows - known.test.features.rows;
  if (left_out > 0)
    print_folded(stderr, "{} test examples of classes that the model does not know are left out\n",
                 left_out);
  return known;
}

// `unit`: of the numbers that are answered.
void print_score(const EvaluationReport& report, const std::string& unit) {
  const Evaluation& result = report.score;
  if (report.positions && report.positions->bits)
    print_folded("{:.4f} bits a {}  perplexity {:.4g}\n", *report.positions->bits,
                 report.positions->unit, std::exp2(*report.positions->bits));
  std::string score = accuracy_text(result.correct, result.total);
  if (report.labels) score += " all labels right";
  if (report.values)
    score = fmt::format("rmse {}{}{} of {}", base::figure(result.rmse), unit,
                        over_targets(report.values->names.size()), result.total);
  if (report.positions && !report.positions->classes)
    score = fmt::format("rmse {} of {} positions", base::figure(result.rmse), result.total);
  print_folded("{}  loss {:.5f}  {:.4f} s\n", score, result.loss, result.seconds);
}

// Whether rows that the model learned from are counted. A few equal rows are in many tables.
void print_origin(const LoadedData& loaded, const std::string& data) {
  const std::size_t counted = loaded.set.test.features.rows;
  const char* const what = is_picture_folder(data) ? "pictures" : "rows";
  const auto [learned, is_estimate] = loaded.learned_from;
  if (learned > 0 && learned * 100 >= counted)
    print_folded(stderr, "The model learned from {}{} of these {} {}: new {} would score lower\n",
                 is_estimate ? "about " : "", learned, counted, what, what);
  if (loaded.held_out_of > 0)
    print_folded(stderr,
                 "{} of {} {} are counted, which training held out; --all-rows counts all\n",
                 counted, loaded.held_out_of, what);
}

// Classes that the examples have and that no answer is.
void print_never_predicted(const Model& model, const Examples& test, std::size_t correct) {
  const std::vector<std::string> names = names_never_predicted(model, test, correct);
  if (!names.empty())
    print_folded("Never predicted, although some examples are of {}\n",
                 never_predicted_text(names));
}

// A line for each label, and the means.
void print_labels(const LabelReport& report) {
  for (std::size_t i = 0; i < report.figures.size(); ++i) {
    const LabelFigures& one = report.figures[i];
    print_folded("  {}: accuracy {:.1f}%  F1 {:.3f}  precision {:.3f}  recall {:.3f}  of {}\n",
                 report.names[i], 100 * one.accuracy, one.holds.f1, one.holds.precision,
                 one.holds.recall, one.holds.support);
  }
  print_folded("  all labels: accuracy {:.1f}%  micro F1 {:.3f}  macro F1 {:.3f}\n",
               100 * report.accuracy, report.micro.f1, report.macro.f1);
}

void print_report(const EvaluationReport& report, const std::string& unit) {
  print_score(report, unit);
  if (report.labels) print_labels(*report.labels);
  if (report.values && report.values->columns.size() > 1) print_targets(*report.values);
}

// index.html and report.json.
void write_report(const std::filesystem::path& folder, const std::string& file, const Model& model,
                  const Dataset& data, const EvaluationReport& report) {
  base::make_folder(folder, "--report FOLDER");
  base::write_file_atomically(folder / "report.json",
                              evaluation_json(report, data.name, model, file));
  base::write_file_atomically(folder / "index.html", evaluation_page(file, model, data, report));
}

// How the windows go on, where --stateful or --no-stateful says it.
std::optional<std::size_t> streams_for(const Model& model, bool stateful, bool none) {
  if (stateful && none)
    throw Error(ErrorKind::usage, "windows cannot both go on and begin anew",
                "--stateful, --no-stateful", "one of them");
  if (none) return 0;
  if (stateful) return std::max<std::size_t>(1, trained_streams(model));
  return std::nullopt;
}

void print_streams(const Model& model, std::optional<std::size_t> asked) {
  const std::size_t trained = trained_streams(model), used = asked.value_or(trained);
  if (used == 0 && trained == 0) return;
  const std::string how =
      used == 0 ? "Each window begins without a past, although the model was trained otherwise"
                : fmt::format("Windows go on where the one before ended, in {} stream{}{}", used,
                              used == 1 ? "" : "s",
                              asked ? "" : ", as in the training (--no-stateful: without a past)");
  print_folded("{}\n", how);
}

}  // namespace

int evaluate(const Arguments& arguments) {
  Options app("Prints accuracy and loss of a model on the test examples of a data set.",
              "lithe evaluate");
  std::string file, isa = "auto", folder;
  DataChoice choice;
  bool json = false, stateful = false, no_stateful = false;
  app.add_option("model", file, "model file")->required();
  add_data_choice(app, choice, DataFor::model);
  app.add_flag("--all-rows", choice.all_rows,
               "of the data that the model was trained on, count all rows or pictures, also those "
               "that it learned from");
  app.add_flag(
      "--stateful", stateful,
      "windows go on where the one before ended. That is done anyway with a model that was "
      "trained so, in as many streams; of another one there is a single stream");
  app.add_flag("--no-stateful", no_stateful, "each window begins without a past");
  app.add_option("--report", folder,
                 "folder for a report: index.html, a page about the errors, and report.json");
  app.add_option("--isa", isa, "instruction set: auto, avx512, avx2, sse4, neon, scalar")
      ->capture_default_str();
  app.add_flag("--json", json, "print one JSON object");
  if (const auto status = parse(app, arguments)) return *status;
  Model model = load_model(file, "lithe evaluate", {});
  if (app.count("--data") == 0) choice = own_data(choice, model);
  LoadedData loaded = load_for_model(choice, model, TargetUse::required);
  if (loaded.set.test.features.rows == 0) loaded.set.test = loaded.set.train;
  const Dataset data = examples_for(model, loaded.set);
  if (!json && app.count("--data") == 0) print_folded("Data: {}\n", choice.data);
  print_origin(loaded, choice.data);
  const std::optional<std::size_t> streams = streams_for(model, stateful, no_stateful);
  if (!json) print_streams(model, streams);
  if (!json && folder.empty() && data.test.labels != nullptr && data.test.positions == 1) {
    const auto loss = model.metadata().find("lithe.loss");
    EvaluationReport report;
    report.score =
        lithe::evaluate(model, data.test,
                        loss == model.metadata().end() ? "quadratic" : loss->second, isa, streams);
    print_score(report, {});
    print_never_predicted(model, data.test, report.score.correct);
    return 0;
  }
  EvaluationReport report =
      report_evaluation(model, data.test,
                        {.isa = isa,
                         .streams = streams,
                         .columns = !folder.empty(),
                         .files = files_of_classes(loaded.test_files, loaded.set, data)});
  report.learned_from = loaded.learned_from.count;
  if (loaded.windows) report.naive = loaded.windows->naive;
  if (!folder.empty()) write_report(folder, file, model, data, report);
  if (json) {
    fmt::print("{}", evaluation_json(report, choice.data));
    return 0;
  }
  print_report(report, unit_of_target(model));
  print_naive(loaded.windows);
  print_never_predicted(model, data.test, report.score.correct);
  if (folder.empty()) return 0;
  print_folded("Report: {}\n", (std::filesystem::path(folder) / "index.html").string());
  return 0;
}

}  // namespace lithe::app
