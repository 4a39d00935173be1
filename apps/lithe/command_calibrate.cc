// lithe calibrate: lets a model that there is answer "unknown".
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "command.h"
#include "lithe/calibrate.h"
#include "lithe/error.h"
#include "output_file.h"
#include "parse.h"
#include "terminal.h"
#include "training_data.h"
#include "unknown_data.h"
#include "unknown_options.h"

namespace lithe::app {

int calibrate(const Arguments& arguments) {
  Options app("Lets a model answer 'unknown', at a threshold found on known examples.",
              "lithe calibrate");
  std::string file, output;
  DataChoice choice;
  UnknownChoice unknown;
  bool json = false;
  app.add_option("model", file, "model file")->required();
  add_data_choice(app, choice, DataFor::model);
  add_unknown_options(app, unknown, /*outliers=*/false);
  app.add_option("--output", output, "model file to write (default: the same)");
  app.add_flag("--json", json, "print one JSON object");
  if (const auto status = parse(app, arguments)) return *status;
  Model model = Model::load(file);
  if (output.empty()) output = file;
  check_model_output(output, "--output");
  const auto locks = claim_outputs({{output, "--output"}});
  if (!unknown.asked()) {
    const auto earlier = calibration_of(model);
    unknown.score = earlier ? earlier->score : has_background(model) ? kBackground : "energy";
  }
  check_for_calibration(unknown);
  if (app.count("--data") == 0) choice = own_data(choice, model);
  const Dataset data = known_to(model, load_for_model(choice, model, TargetUse::required).set);
  const CalibrationParts parts = calibration_parts(model, data);
  const Calibration result = calibrate_unknown(model, parts.known.train, parts.known.validation,
                                               {unknown.score, unknown.acceptance_rate});
  const std::size_t validation = parts.known.validation.features.rows;
  const double accepted = lithe::acceptance_rate(model, parts.known.validation.features);
  model.save(output);
  if (json) {
    fmt::print("{}\n", nlohmann::json{{"score", result.score},
                                      {"threshold", result.threshold},
                                      {"acceptance_rate", result.acceptance_rate},
                                      {"temperature", result.temperature},
                                      {"validation", validation},
                                      {"validation_from", parts.validation_from},
                                      {"validation_acceptance_rate", accepted},
                                      {"model", output}}
                           .dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  print_folded(
      "Unknown: {} above {:.4g}, which accepts {:.1f}% of {} known examples ({}); confidence "
      "at temperature {:.3g}\nModel: {}\n",
      result.score, result.threshold, 100 * accepted, validation, parts.validation_from,
      result.temperature, output);
  return 0;
}

}  // namespace lithe::app
