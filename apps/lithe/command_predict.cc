// lithe predict: what a model says of pictures, or of the rows of a table.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>

#include "base/figure.h"
#include "base/file.h"
#include "command.h"
#include "lithe/answers_file.h"
#include "lithe/calibrate.h"
#include "lithe/ensemble.h"
#include "lithe/error.h"
#include "lithe/forecast.h"
#include "lithe/model.h"
#include "lithe/probabilities.h"
#include "lithe/table.h"
#include "model_kind.h"
#include "output_file.h"
#include "parse.h"
#include "predict_text.h"
#include "terminal.h"
#include "training_data.h"

namespace lithe::app {

namespace {

std::string class_name(const Model& model, std::size_t index) {
  const auto& names = model.preprocessing().class_names;
  return index < names.size() ? names[index] : fmt::format("{}", index);
}

bool has_classes(const Model& model) { return !model.preprocessing().class_names.empty(); }

std::string loss_of(const Model& model) {
  const auto note = model.metadata().find("lithe.loss");
  return note == model.metadata().end() ? "quadratic" : note->second;
}

// The labels of a model that was trained on some; empty: it answers with classes or numbers.
std::vector<std::string> label_names(const Model& model) {
  const Preprocessing& preprocessing = model.preprocessing();
  if (!preprocessing.schema.empty()) {
    const TableSchema schema = TableSchema::from_json(preprocessing.schema);
    return schema.task == TableTask::multi_label ? schema.target_names()
                                                 : std::vector<std::string>{};
  }
  const std::size_t outputs = model.network().output_shape().size();
  std::vector<std::string> names;
  if (preprocessing.class_names.empty() && outputs > 1 &&
      loss_of(model).starts_with("binary_cross_entropy"))
    for (std::size_t i = 0; i < outputs; ++i) names.push_back(fmt::format("{}", i));
  return names;
}

// What a file of answers says of one input. `apart`: the standard deviations of an ensemble's
// members, which follow its values; or empty.
void keep(const Model& model, const std::vector<std::string>& labels, const std::string& what,
          std::span<const double> outputs, std::span<const double> apart, AnswersFile& file) {
  file.inputs.push_back(what);
  if (!labels.empty()) {
    const std::vector<double> values = probabilities(outputs, loss_of(model));
    std::string held;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (values[i] >= 0.5) held += (held.empty() ? "" : "; ") + labels[i];
    file.classes.push_back(held);
    file.values.insert(file.values.end(), values.begin(), values.end());
  } else if (!has_classes(model)) {
    file.values.insert(file.values.end(), outputs.begin(), outputs.end());
  } else {
    const std::string loss = loss_of(model);
    const std::vector<double> values = probabilities(outputs, loss);
    file.classes.push_back(class_name(model, ranked_classes(outputs, loss)[0]));
    file.values.insert(file.values.end(), values.begin(), values.end());
  }
  file.values.insert(file.values.end(), apart.begin(), apart.end());
}

void keep(const Model& model, const std::string& what, const OpenSetPrediction& given,
          AnswersFile& file) {
  file.inputs.push_back(what);
  file.classes.push_back(given.unknown ? "unknown" : class_name(model, given.best));
  file.unknown.push_back(given.unknown);
  file.values.insert(file.values.end(), {given.confidence, given.score});
}

// Names of the values that keep() gives, without the standard deviations of an ensemble. `rolls`:
// they are those of one row to come.
std::vector<std::string> value_names(const Model& model, bool rolls) {
  if (rolls && !model.preprocessing().schema.empty())
    return TableSchema::from_json(model.preprocessing().schema).target_names();
  if (calibration_of(model)) return {"confidence", "unknown score"};
  std::vector<std::string> names = label_names(model);
  for (std::string& name : names) name = "probability of " + name;
  if (!names.empty()) return names;
  if (!has_classes(model)) {
    const std::string& schema = model.preprocessing().schema;
    if (!schema.empty()) names = TableSchema::from_json(schema).target_names();
    if (const auto windows = model.metadata().find("lithe.windows");
        windows != model.metadata().end())
      names = WindowOptions::parse(windows->second).answer_names(names);
    for (std::size_t i = names.size(); i < model.network().output_shape().size(); ++i)
      names.push_back(fmt::format("output {}", i + 1));
    return names;
  }
  const std::size_t classes =
      probabilities(std::vector<double>(model.network().output_shape().size()), loss_of(model))
          .size();
  for (std::size_t i = 0; i < classes; ++i)
    names.push_back("probability of " + class_name(model, i));
  return names;
}

// " ± 0.04" behind an answer of an ensemble.
std::string apart_text(std::span<const double> apart, std::size_t i) {
  return apart.empty() ? "" : " ± " + base::figure(apart[i], 2);
}

// The labels whose probability is at least a half.
void answer_labels(const std::vector<std::string>& names, const std::string& what,
                   const std::vector<double>& probabilities, std::span<const double> apart,
                   nlohmann::ordered_json* results) {
  std::string text;
  std::vector<std::string> held;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (probabilities[i] < 0.5) continue;
    held.push_back(names[i]);
    text += fmt::format("{}{} ({:.3f}{})", text.empty() ? "" : ", ", names[i], probabilities[i],
                        apart_text(apart, i));
  }
  if (results == nullptr) {
    const auto highest = std::ranges::max_element(probabilities);
    const auto nearest = static_cast<std::size_t>(highest - probabilities.begin());
    if (held.empty())
      text = fmt::format("no label; the most probable is {} ({:.3f})", names[nearest], *highest);
    fmt::print("{}: {}\n", visible(what), visible(text));
    return;
  }
  results->back()["labels"] = held;
  results->back()["probabilities"] = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < names.size(); ++i)
    results->back()["probabilities"][names[i]] = probabilities[i];
  for (std::size_t i = 0; i < apart.size(); ++i) results->back()["std"][names[i]] = apart[i];
}

struct OutputNames {
  std::vector<std::string> labels, numbers;  // at most one of them has some
};

OutputNames output_names(const Model& model) {
  OutputNames names{label_names(model), {}};
  if (names.labels.empty() && !has_classes(model)) names.numbers = value_names(model, false);
  return names;
}

// "price 20.5, area 74"; a single number has no name, and other data's have none either.
std::string numbers_text(const std::vector<std::string>& names, std::span<const double> outputs,
                         std::span<const double> apart) {
  const bool named = outputs.size() > 1 && names.size() == outputs.size() && names[0] != "output 1";
  std::string text;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (i > 0) text += named ? ", " : " ";
    text += (named ? names[i] + " " : "") + base::figure(outputs[i]) + apart_text(apart, i);
  }
  return text;
}

// Prints the prediction for one input as a line, or adds it to `results`. `apart` is as in keep().
void answer(const Model& model, const OutputNames& names, const std::string& what,
            std::span<const double> outputs, std::span<const double> apart,
            nlohmann::ordered_json* results) {
  const bool numbers = !has_classes(model);
  if (results != nullptr) results->push_back({{"input", what}, {"outputs", outputs}});
  if (!names.labels.empty()) {
    answer_labels(names.labels, what, probabilities(outputs, loss_of(model)), apart, results);
    return;
  }
  if (numbers) {
    if (results == nullptr) {
      fmt::print("{}: {}\n", visible(what), visible(numbers_text(names.numbers, outputs, apart)));
      return;
    }
    for (std::size_t i = 0; i < names.numbers.size(); ++i)
      results->back()["values"][names.numbers[i]] = outputs[i];
    for (std::size_t i = 0; i < apart.size(); ++i)
      results->back()["std"][names.numbers[i]] = apart[i];
    return;
  }
  const std::string loss = loss_of(model);
  const std::vector<std::size_t> ranked = ranked_classes(outputs, loss);
  const std::vector<double> values = probabilities(outputs, loss);
  if (results != nullptr) {
    results->back()["class"] = class_name(model, ranked[0]);
    nlohmann::ordered_json& each = results->back()["probabilities"];
    for (std::size_t i = 0; i < values.size(); ++i) each[class_name(model, i)] = values[i];
    for (std::size_t i = 0; i < apart.size(); ++i)
      results->back()["std"][class_name(model, i)] = apart[i];
    return;
  }
  fmt::print("{}: {} ({:.3f}{})", visible(what), visible(class_name(model, ranked[0])),
             values[ranked[0]], apart_text(apart, ranked[0]));
  if (ranked.size() > 1)
    fmt::print(", then {} ({:.3f})", visible(class_name(model, ranked[1])), values[ranked[1]]);
  fmt::print("\n");
}

// The same of a model that can say "unknown".
void answer(const Model& model, const std::string& what, const OpenSetPrediction& given,
            double threshold, nlohmann::ordered_json* results) {
  const std::string best = class_name(model, given.best), next = class_name(model, given.runner_up);
  if (results != nullptr) {
    results->push_back({{"input", what},
                        {"class", given.unknown ? "unknown" : best},
                        {"unknown", given.unknown},
                        {"nearest", best},
                        {"confidence", given.confidence},
                        {"runner_up", next},
                        {"runner_up_confidence", given.runner_up_confidence},
                        {"score", given.score},
                        {"threshold", threshold}});
    return;
  }
  if (given.unknown)
    fmt::print("{}: unknown (score {:.4g} above {:.4g}; nearest {} ({:.3f})", visible(what),
               given.score, threshold, visible(best), given.confidence);
  else
    fmt::print("{}: {} ({:.3f}", visible(what), visible(best), given.confidence);
  fmt::print("), then {} ({:.3f})\n", visible(next), given.runner_up_confidence);
}

// Whether the model is an ensemble whose members answer with the same kind of values.
bool answers_with_deviations(const Model& model) {
  return !calibration_of(model) && is_ensemble(model) &&
         (has_classes(model) || !label_names(model).empty() ||
          loss_of(model).find("cross_entropy") == std::string::npos);
}

// Where answers go: to a file, to a list that is printed at the end, or to the terminal.
struct AnswerSink {
  AnswersFile* file = nullptr;
  nlohmann::ordered_json* results = nullptr;
};

// Answers each row; `name` says what a row is called.
template <typename Name>
void answer_all(Model& model, const Features& rows, const Name& name, const AnswerSink& sink) {
  if (calibration_of(model)) {
    const OpenSetPredictor predictor(model);
    const std::vector<OpenSetPrediction> answers = predictor.predict(rows);
    for (std::size_t row = 0; row < rows.rows; ++row)
      if (sink.file != nullptr)
        keep(model, name(row), answers[row], *sink.file);
      else
        answer(model, name(row), answers[row], predictor.calibration().threshold, sink.results);
    return;
  }
  const std::vector<double> outputs = model.predict(rows);
  const std::vector<double> apart =
      answers_with_deviations(model) ? disagreement(model, rows) : std::vector<double>{};
  const std::size_t count = std::max<std::size_t>(1, rows.rows), width = outputs.size() / count,
                    wide = apart.size() / count;
  const OutputNames names = output_names(model);
  for (std::size_t row = 0; row < rows.rows; ++row) {
    const std::span<const double> one = std::span(outputs).subspan(row * width, width),
                                  each = std::span(apart).subspan(row * wide, wide);
    sink.file != nullptr ? keep(model, names.labels, name(row), one, each, *sink.file)
                         : answer(model, names, name(row), one, each, sink.results);
  }
}

struct PredictCommand {
  std::string model;
  std::vector<std::string> inputs;
  PictureChoice pictures;
  DataChoice tables = {};
  TextChoice text;
  std::string output, picture;
  std::size_t steps = 0;  // rows to forecast behind the end of the table
  bool json = false;
};

// Which of the two is asked for: text that goes on, or answers for inputs.
void check_asked(const PredictCommand& c, bool text) {
  if (!text && c.inputs.empty())
    throw Error(ErrorKind::usage, "nothing to predict is named", "lithe predict",
                "pictures or tables behind the model; or --text \"Call me\" for a model of text");
  if (text && !c.inputs.empty())
    throw Error(ErrorKind::usage, "inputs and a text to go on with", "--text",
                "leave one of them out");
  if (text && !c.output.empty())
    throw Error(ErrorKind::usage, "text goes to standard output", "--output, --text",
                "> FILE instead of --output");
}

// Answers for these pictures together; those that cannot be read are told and left out where that
// is allowed.
void predict_pictures(Model& model, std::span<const std::string> files, const PictureChoice& choice,
                      const AnswerSink& sink) {
  check_kind(model, files.front());
  const PictureForm form = form_of(model);
  std::vector<std::string> names;
  std::vector<std::uint8_t> pixels;
  for (const std::string& file : files) {
    try {
      const Image image = read_picture(file, form, choice.max_pixels);
      pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
      names.push_back(file);
    } catch (const Error& error) {
      if (!choice.skip_broken) throw;
      fmt::print(stderr, "lithe: {}\n", error.what());
    }
  }
  const std::size_t columns = form.height * form.width * form.channels;
  const Features features{pixels.data(), ElementType::uint8,           names.size(), columns,
                          columns,       model.preprocessing().divisor};
  answer_all(
      model, features, [&](std::size_t row) { return names[row]; }, sink);
}

// `prefix` stands before the number of a row: the file, where there are several.
void predict_table(Model& model, const std::string& file, DataChoice choice,
                   const std::string& prefix, const AnswerSink& sink) {
  choice.data = file;
  choice.table.test_share = 0;
  // A stride thins out what is learned from; the answer behind the last row is one to give.
  choice.every_window = true;
  const LoadedData loaded = load_for_model(choice, model, TargetUse::ignore);
  const Dataset& data = loaded.set;
  const Features& rows = data.test.features.rows > 0 ? data.test.features : data.train.features;
  // A row has the number that it has in the file, whichever were left out before it.
  std::size_t before = 0;
  const std::vector<std::string> files = example_files(file);
  const auto name = [&](std::size_t row) {
    if (loaded.windows) {
      const WindowReport& windows = *loaded.windows;
      const auto& places = data.test.features.rows > 0 ? windows.test_places : windows.train_places;
      const std::size_t first = places.empty() ? row * windows.options.stride : places[row].first;
      const std::string of =
          places.empty() ? prefix : prefix + windows.series[places[row].series] + ", ";
      return fmt::format("{}rows {} to {}", of, first + 1, first + windows.options.length);
    }
    while (before < loaded.left_out.size() && loaded.left_out[before] <= row + before) ++before;
    if (!files.empty()) return prefix + files[row + before];
    return fmt::format("{}row {}", prefix, row + before + 1);
  };
  if (!loaded.left_out.empty())
    print_folded(stderr, "{}: {} row{} left out, because values are missing\n", file,
                 loaded.left_out.size(), loaded.left_out.size() == 1 ? " is" : "s are");
  answer_all(model, rows, name, sink);
}

// The picture of the first series, or of each, with its name in that of the file.
void draw(const std::vector<Forecast>& forecasts, const std::string& picture) {
  const std::filesystem::path path(picture);
  for (std::size_t i = 0; i < forecasts.size(); ++i) {
    std::filesystem::path file = path;
    if (i > 0)
      file.replace_filename(
          fmt::format("{}-{}{}", path.stem().string(), i + 1, path.extension().string()));
    base::write_file_atomically(file, draw_forecast(forecasts[i]));
  }
  print_folded("{}: {}\n", forecasts.size() == 1 ? "Picture" : "Pictures, from the first on",
               picture);
}

// The rows behind the end of each series of a table.
void roll_table(Model& model, const std::string& file, const PredictCommand& c,
                const std::string& prefix, const AnswerSink& sink) {
  DataChoice choice = c.tables;
  choice.data = file;
  choice.table.test_share = 0;
  choice.every_window = true;
  const LoadedData loaded = load_for_model(choice, model, TargetUse::ignore);
  if (!loaded.windows)
    throw Error(ErrorKind::usage, "the model answers for each row, and forecasts none", "--steps",
                "a model that was trained with --window");
  const std::vector<Forecast> forecasts = roll_forward(model, loaded.set, *loaded.windows, c.steps);
  for (const Forecast& forecast : forecasts) {
    const std::size_t targets = forecast.targets.size();
    for (std::size_t step = 0; step < c.steps; ++step) {
      const std::string name =
          fmt::format("{}{}row {}", prefix, forecast.series.empty() ? "" : forecast.series + ", ",
                      forecast.rows + step + 1);
      const std::span<const double> one =
          std::span(forecast.values).subspan(step * targets, targets);
      sink.file != nullptr ? keep(model, {}, name, one, {}, *sink.file)
                           : answer(model, {{}, forecast.targets}, name, one, {}, sink.results);
    }
  }
  if (!c.picture.empty()) draw(forecasts, c.picture);
}

void answer_inputs(Model& model, const PredictCommand& c, const std::vector<std::string>& inputs,
                   const AnswerSink& sink) {
  constexpr std::size_t kTogether = 64;  // pictures
  const std::span<const std::string> all(inputs);
  const auto is_picture = [&](std::size_t i) { return i < all.size() && !is_table_path(all[i]); };
  for (std::size_t done = 0; done < all.size();) {
    std::size_t pictures = 0;
    while (pictures < kTogether && is_picture(done + pictures)) ++pictures;
    const std::string prefix = all.size() > 1 && pictures == 0 ? all[done] + ", " : "";
    if (pictures > 0)
      predict_pictures(model, all.subspan(done, pictures), c.pictures, sink);
    else if (c.steps > 0)
      roll_table(model, all[done], c, prefix, sink);
    else
      predict_table(model, all[done], c.tables, prefix, sink);
    done += std::max<std::size_t>(pictures, 1);
  }
}

void check_forecast(const PredictCommand& c) {
  if (!c.picture.empty() && c.steps == 0)
    throw Error(ErrorKind::usage, "a picture is drawn of a forecast of several rows", "--picture",
                "--steps 24 beside it");
  if (!c.picture.empty()) check_picture(c.picture, "--picture");
  if (c.steps > 0 && std::ranges::any_of(c.inputs, [](const std::string& input) {
        return !is_table_path(input) || is_array_path(input);
      }))
    throw Error(ErrorKind::usage, "only rows of a table follow one another in time", "--steps",
                "a .csv with the columns of the training table");
}

// The answers that are given together when all of them are known.
class Answers {
 public:
  Answers(const Model& model, const PredictCommand& command)
      : json_(command.json || std::filesystem::path(command.output).extension() == ".json"),
        to_file_(!command.output.empty()) {
    if (!to_file_) return;
    check_answers_file(command.output);
    check_output(command.output, "--output");
    file_.columns = value_names(model, command.steps > 0);
    if (command.steps == 0 && answers_with_deviations(model))
      for (std::size_t i = 0, count = file_.columns.size(); i < count; ++i)
        file_.columns.push_back("std of " + file_.columns[i]);
  }

  AnswerSink sink() { return {to_file_ && !json_ ? &file_ : nullptr, json_ ? &results_ : nullptr}; }

  void give(const std::string& output) const {
    const std::string text =
        results_.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    if (to_file_) {
      json_ ? base::write_file_atomically(output, text) : file_.save(output);
      const std::size_t count = json_ ? results_.size() : file_.inputs.size();
      print_folded("{} answer{}: {}\n", count, count == 1 ? "" : "s", output);
    } else if (json_) {
      fmt::print("{}", text);
    }
  }

 private:
  bool json_, to_file_;
  AnswersFile file_;
  nlohmann::ordered_json results_ = nlohmann::ordered_json::array();
};

}  // namespace

int predict(const Arguments& arguments) {
  Options app(
      "Says what a model makes of pictures or the rows of a table, and the runner-up; a model of "
      "text goes on with one. Pictures are brought to the size and the channels that the model "
      "takes, as its training data were.",
      "lithe predict");
  PredictCommand c;
  app.add_option("model", c.model, "model file")->required();
  app.add_option("inputs", c.inputs,
                 "pictures, folders of them, patterns (\"new/*.jpg\"), tables (.csv, .npy, ...), "
                 "or folders of "
                 "texts or sequences");
  add_picture_reading(app, c.pictures);
  add_table_options(app, c.tables.reading, c.tables.table, TableUse::apply);
  app.add_option("--output", c.output,
                 "file for the answers, .csv, .json or .npz: each input, its class and the "
                 "probability of each class, or its numbers");
  app.add_option("--steps", c.steps,
                 "of a table whose rows follow one another in time: forecast this number of rows "
                 "behind its end, each from what was forecast before it")
      ->check(Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  app.add_option("--picture", c.picture, "file for a picture of the forecast (SVG), with --steps");
  add_generate_options(app, c.text);
  app.add_flag("--json", c.json, "print one JSON array; of --text one object");
  if (const auto status = parse(app, arguments)) return *status;
  const bool text = app.count("--text") > 0;
  check_asked(c, text);
  check_forecast(c);
  Model model = load_model(c.model, "lithe predict", c.inputs);
  if (text) return predict_text(model, c.text, c.json);
  if (!model.preprocessing().vocabulary.empty())
    throw Error(ErrorKind::usage, "the model was trained on text, and goes on with one", c.model,
                "lithe predict MODEL --text \"Call me\"");
  Answers answers(model, c);
  answer_inputs(model, c, expand_inputs(c.inputs), answers.sink());
  answers.give(c.output);
  return 0;
}

}  // namespace lithe::app
