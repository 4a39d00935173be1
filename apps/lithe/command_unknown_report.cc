// lithe unknown-report: how well a model detects unknown examples.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/folders.h"
#include "command.h"
#include "lithe/contact_sheet.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/unknown_report.h"
#include "parse.h"
#include "terminal.h"
#include "training_data.h"
#include "unknown_data.h"
#include "unknown_options.h"

namespace lithe::app {

namespace {

struct ReportCommand {
  std::string model, known, known_classes, unknown_classes, data_dir, acceptance_rate = "95%",
                                                                      output;
  std::vector<std::string> unknown, scores;
  PictureChoice pictures;
  bool json = false;
};

std::optional<int> parse_report(const Arguments& arguments, ReportCommand& c) {
  Options app("Reports how well a model detects unknown examples.", "lithe unknown-report");
  app.add_option("model", c.model, "model file")->required();
  app.add_option("--known", c.known, "data set of known examples (default: the training data)");
  app.add_option("--known-classes", c.known_classes,
                 "these classes of it, in the model's order: 2,4,5 (default: those of the model's "
                 "names)");
  app.add_option("--unknown", c.unknown, "data set of unknown examples; may be repeated")
      ->required();
  app.add_option("--unknown-classes", c.unknown_classes,
                 "these classes of them: 0,1,6 (default: all; of the known data set those that the "
                 "model does not know)");
  app.add_option(
      "--score", c.scores,
      "score to report (`lithe list unknown`), or all (default: the model's own); may be "
      "repeated");
  app.add_option("--unknown-acceptance", c.acceptance_rate,
                 "fraction of known examples that the thresholds of other scores accept")
      ->capture_default_str();
  app.add_option("--data-dir", c.data_dir,
                 "folder of data sets (default: $LITHE_DATA, else the user's cache folder)");
  add_picture_reading(app, c.pictures);
  app.add_option("--output", c.output, "folder for the report, its curves and pictures");
  app.add_flag("--json", c.json, "print one JSON object");
  return parse(app, arguments);
}

Dataset load_known(ReportCommand& command, Model& model) {
  if (command.known.empty()) command.known = model.metadata()["lithe.data"];
  if (command.known.empty())
    throw Error(ErrorKind::usage, "the model does not say what it was trained on", "--known",
                "--known DATA");
  DataChoice choice;
  choice.data = command.known, choice.data_dir = command.data_dir;
  choice.pictures = command.pictures;
  choice.classes = command.known_classes;
  const Dataset data = load_for_model(choice, model, TargetUse::required).set;
  return command.known_classes.empty() ? known_to(model, data) : data;
}

std::vector<Dataset> load_sets(const ReportCommand& command, const Model& model,
                               const Dataset& known) {
  const ExampleForm form = example_form(model);
  std::vector<Dataset> sets;
  for (const std::string& name : command.unknown) {
    Dataset data = load_unknown(
        {.data = name, .data_dir = command.data_dir, .pictures = command.pictures}, form);
    if (!command.unknown_classes.empty())
      data = select_classes(data, parse_numbers(command.unknown_classes, "--unknown-classes"));
    else if (name == command.known || data.name == known.name)
      data = unknown_to(model, data);
    sets.push_back(std::move(data));
  }
  return sets;
}

// "all" means every score; a model with a background class has one more.
std::vector<std::string> chosen_scores(const ReportCommand& command, const Model& model) {
  if (command.scores != std::vector<std::string>{"all"}) return command.scores;
  std::vector<std::string> all = unknown_scores();
  if (has_background(model)) all.insert(all.begin(), kBackground);
  return all;
}

void print_table(const UnknownReport& report) {
  print_folded("{} known examples, accuracy {:.2f}%\n", report.known, 100 * report.accuracy);
  for (const ScoreReport& score : report.scores) {
    print_folded("\n{}: threshold {:.4g}, accepts {:.2f}% of the known examples\n", score.score,
                 score.threshold, 100 * score.known_acceptance_rate);
    print_folded("  {:28} {:>8} {:>8} {:>8} {:>9} {:>8} {:>9}\n", "unknown", "examples", "AUROC",
                 "AUPR", "FPR at 95", "OSCR", "accepted");
    for (const UnknownFigures& row : score.rows)
      print_folded("  {:28} {:8} {:8.4f} {:8.4f} {:8.2f}% {:8.4f} {:8.2f}%\n",
                   row.kind.empty() ? row.set : "  " + row.kind, row.examples, row.auroc, row.aupr,
                   100 * row.fpr95, row.oscr, 100 * row.acceptance_rate);
  }
}

nlohmann::json to_json(const ReportCommand& command, const UnknownReport& report) {
  using nlohmann::json;
  json scores = json::array();
  for (const ScoreReport& score : report.scores) {
    json rows = json::array();
    for (const UnknownFigures& row : score.rows)
      rows.push_back({{"set", row.set},
                      {"kind", row.kind},
                      {"examples", row.examples},
                      {"auroc", row.auroc},
                      {"aupr", row.aupr},
                      {"fpr95", row.fpr95},
                      {"oscr", row.oscr},
                      {"acceptance_rate", row.acceptance_rate}});
    scores.push_back({{"score", score.score},
                      {"threshold", score.threshold},
                      {"known_acceptance_rate", score.known_acceptance_rate},
                      {"unknown", rows}});
  }
  return {{"model", command.model},
          {"known", command.known},
          {"examples", report.known},
          {"accuracy", report.accuracy},
          {"scores", scores}};
}

constexpr std::size_t kAcross = 10, kShown = 30;  // of the most confusing images

// A score's or a set's name as part of a file's.
std::string file_word(std::string text) {
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '-';
  return text.substr(0, 60);
}

// These rows, where they are images.
void write_sheet(const std::filesystem::path& path, const Dataset& set, const Examples& examples,
                 const std::vector<std::size_t>& rows) {
  std::vector<SheetRow> sheet;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto image = image_at(set, examples.features, rows[i]);
    if (!image) return;
    if (i % kAcross == 0) sheet.emplace_back();
    sheet.back().images.push_back(std::move(*image));
  }
  if (!sheet.empty()) write_png(path, draw_sheet(sheet));
}

// report.json, curves-SCORE.svg, and of the first score known-rejected.png and accepted-SET.png.
void write_report(const ReportCommand& command, const UnknownReport& report, const Dataset& known,
                  const std::vector<Dataset>& sets) {
  const std::filesystem::path folder(command.output);
  base::make_folder(folder, "--output FOLDER");
  base::write_file_atomically(
      folder / "report.json",
      to_json(command, report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
          "\n");
  for (const ScoreReport& score : report.scores)
    base::write_file_atomically(folder / fmt::format("curves-{}.svg", file_word(score.score)),
                                draw_unknown_curves(score));
  const ScoreReport& first = report.scores.front();
  write_sheet(folder / "known-rejected.png", known, judged_part(known),
              highest_rows(first.known_scores, kShown));
  for (std::size_t s = 0; s < sets.size(); ++s)
    write_sheet(folder / fmt::format("accepted-{}.png", file_word(sets[s].name)), sets[s],
                judged_part(sets[s]), lowest_rows(first.unknown_scores[s], kShown));
  if (!command.json)
    print_folded("\nReport: {} (curves, and the images that fool it most)\n", folder.string());
}

}  // namespace

int unknown_report(const Arguments& arguments) {
  ReportCommand command;
  if (const auto status = parse_report(arguments, command)) return *status;
  Model model = Model::load(command.model);
  const Dataset known = load_known(command, model);
  const std::vector<Dataset> sets = load_sets(command, model, known);
  UnknownReportOptions options;
  options.scores = chosen_scores(command, model);
  options.acceptance_rate = parse_acceptance_rate(command.acceptance_rate);
  HoldoutSplit parts;
  if (!options.scores.empty()) {
    parts = calibration_parts(model, known).known;
    options.fit = parts.train, options.validation = parts.validation;
  }
  std::vector<UnknownSet> unknown;
  for (const Dataset& set : sets) unknown.push_back({set.name, judged_part(set), set.class_names});
  const UnknownReport report = report_unknown(model, judged_part(known), unknown, options);
  if (command.json)
    fmt::print(
        "{}\n",
        to_json(command, report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  else
    print_table(report);
  if (!command.output.empty()) write_report(command, report, known, sets);
  return 0;
}

}  // namespace lithe::app
