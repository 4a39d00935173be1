// The sections of an evaluation's page, each a piece of HTML, empty where there is nothing to say.
#pragma once

#include <string>

#include "lithe/evaluation_report.h"

namespace lithe::evaluation {

// Small pieces. `body` is HTML, everything else text.
std::string section(const std::string& title, const std::string& body);
std::string paragraph(const std::string& text);
std::string card(const std::string& name, const std::string& value, const std::string& more = "");
std::string percent(double share);
std::string number(double value);  // "–" for what is none

std::string confusion_section(const ClassifierReport& report);
std::string classes_section(const ClassifierReport& report);
std::string mistakes_section(const ClassifierReport& report, const Model& model,
                             const Dataset& data);
std::string confidence_section(const ClassifierReport& report);
std::string values_section(const RegressionReport& report, const Model& model);
std::string unknown_section(const UnknownUse& unknown);
std::string history_section(const EvaluationReport& report);
std::string notes_section(const Model& model);

}  // namespace lithe::evaluation
