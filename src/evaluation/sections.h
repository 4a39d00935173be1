// The sections of the evaluation page. Each is a piece of HTML, which is empty where there is
// nothing to show.
#pragma once

#include <string>

#include "lithe/evaluation_report.h"

namespace lithe::evaluation {

// `body` is HTML; all other arguments are text, which is escaped.
std::string section(const std::string& title, const std::string& body);
std::string paragraph(const std::string& text);
std::string charts(const std::string& pictures);  // HTML too: pictures beside one another
std::string card(const std::string& name, const std::string& value, const std::string& more = "");
std::string percent(double fraction);
std::string number(double value);  // "–" where it is not finite

std::string confusion_section(const ClassifierReport& report);
std::string classes_section(const ClassifierReport& report);
std::string errors_section(const ClassifierReport& report, const Model& model, const Dataset& data);
std::string confidence_section(const ClassifierReport& report);
std::string labels_section(const LabelReport& report);
std::string values_section(const RegressionReport& report);
// Of a forecast: beside naive ones, and over the truth.
std::string forecast_section(const EvaluationReport& report);
std::string ranking_section(const ClassifierReport& report);
// `classes`: the model answers classes, and not numbers.
std::string columns_section(const ColumnsReport& columns, bool classes);
std::string unknown_section(const OpenSetFigures& unknown);
std::string history_section(const EvaluationReport& report);
std::string notes_section(const Model& model);

}  // namespace lithe::evaluation
