// The figures of an evaluation as JSON, for --json and report.json.
#pragma once

#include <nlohmann/json.hpp>

#include "lithe/evaluation_report.h"

namespace lithe::app {

// What `lithe evaluate --json` prints.
nlohmann::json to_json(const EvaluationReport& report);

// Everything that the page shows, `model_file` and `data` as it names them.
nlohmann::json to_json(const EvaluationReport& report, const Model& model,
                       const std::string& model_file, const std::string& data);

// Text that is UTF-8 whatever names the model has.
std::string to_text(const nlohmann::json& object);

}  // namespace lithe::app
