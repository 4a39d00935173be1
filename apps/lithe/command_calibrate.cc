// lithe calibrate: lets a model that there is answer "unknown".
#include <fmt/format.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "command.h"
#include "lithe/calibrate.h"
#include "lithe/error.h"
#include "parse.h"
#include "training_data.h"
#include "unknown_data.h"
#include "unknown_options.h"

namespace lithe::app {

namespace {

struct Parts {
  HeldOut known;
  std::string held_from;  // in words
};

double note_number(const Model& model, const char* key) {
  const auto found = model.notes().find(key);
  return found == model.notes().end() ? 0 : std::atof(found->second.c_str());
}

// Known examples that the model has learned from, and others that it has not seen: those that its
// training held out, else the test part, else a share of what there is.
Parts choose_parts(const Model& model, const Dataset& data) {
  const auto name = model.notes().find("lithe.data");
  const bool same = name != model.notes().end() && name->second == data.name;
  const double validation = same ? note_number(model, "lithe.validation") : 0;
  if (data.train.features.rows == 0 || (validation == 0 && data.test.features.rows == 0))
    return {hold_out(judged_part(data), kCalibrationShare), "10% of the examples"};
  if (validation == 0) return {{data.train, data.test, data.memory}, "the test examples"};
  const auto seed = static_cast<std::uint64_t>(note_number(model, "lithe.seed"));
  return {hold_out(data.train, validation, seed), "what its training held out"};
}

}  // namespace

int calibrate(const Arguments& arguments) {
  CLI::App app("Lets a model answer 'unknown', at a threshold found on known examples.",
               "lithe calibrate");
  std::string file, output;
  DataChoice choice;
  UnknownChoice unknown;
  bool json = false;
  app.add_option("model", file, "model file")->required();
  add_data_choice(app, choice);
  add_unknown_options(app, unknown, /*outliers=*/false);
  app.add_option("--output", output, "model file to write (default: the same)");
  app.add_flag("--json", json, "print one JSON object");
  if (const auto status = parse(app, arguments)) return *status;
  Model model = Model::load(file);
  if (!unknown.asked()) {
    const auto held = calibration_of(model);
    unknown.score = held ? held->score : has_background(model) ? kBackground : "energy";
  }
  if (unknown.score == kAuto)
    throw Error(ErrorKind::usage, "comparing scores trains the network several times", "--unknown",
                "lithe train ... --unknown auto, or a score by name");
  check(unknown);
  const Dataset data = known_to(model, load_for_model(choice, model, TargetUse::required).set);
  const Parts parts = choose_parts(model, data);
  const Calibration result = calibrate_unknown(model, parts.known.train, parts.known.held,
                                               {unknown.score, unknown.share});
  const std::size_t held = parts.known.held.features.rows;
  const double accepted = share_accepted(model, parts.known.held.features);
  model.save(output.empty() ? file : output);
  if (json) {
    fmt::print("{}\n", nlohmann::json{{"score", result.score},
                                      {"threshold", result.threshold},
                                      {"share", result.share},
                                      {"temperature", result.temperature},
                                      {"held_out", held},
                                      {"held_out_from", parts.held_from},
                                      {"accepted", accepted},
                                      {"model", output.empty() ? file : output}}
                           .dump(2));
    return 0;
  }
  fmt::print("Unknown: {} above {:.4g}, which accepts {:.1f}% of {} known examples ({}); confidence "
             "at temperature {:.3g}\nModel: {}\n",
             result.score, result.threshold, 100 * accepted, held, parts.held_from,
             result.temperature, output.empty() ? file : output);
  return 0;
}

}  // namespace lithe::app
