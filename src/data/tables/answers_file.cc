// Answers of a model as a file.
#include "lithe/answers_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/file.h"
#include "data/tables/npz_writer.h"
#include "lithe/error.h"

namespace lithe {

namespace {

// As a field of a CSV file.
std::string csv_field(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

enum class Form { csv, json, npz };

Form form_of(const std::filesystem::path& path) {
  const std::string end = path.extension().string();
  if (end == ".csv") return Form::csv;
  if (end == ".json") return Form::json;
  if (end == ".npz") return Form::npz;
  throw Error(ErrorKind::usage, fmt::format("'{}' says no form of answers", path.string()),
              "--output", "a name that ends with .csv, .json or .npz");
}

}  // namespace

void check_answers_file(const std::filesystem::path& path) { form_of(path); }

void AnswersFile::save(const std::filesystem::path& path) const {
  switch (form_of(path)) {
    case Form::csv:
      base::write_file_atomically(path, csv());
      return;
    case Form::json:
      base::write_file_atomically(path, json() + "\n");
      return;
    case Form::npz:
      break;
  }
  data::NpzWriter npz;
  npz.add("input", inputs);
  if (!classes.empty()) npz.add("class", classes);
  if (!unknown.empty()) npz.add("unknown", unknown);
  npz.add("columns", columns);
  npz.add("values", values, columns.size());
  npz.save(path);
}

std::string AnswersFile::csv() const {
  std::string text = "input";
  if (!classes.empty()) text += ",class";
  if (!unknown.empty()) text += ",unknown";
  for (const std::string& column : columns) text += "," + csv_field(column);
  text += "\n";
  for (std::size_t row = 0; row < inputs.size(); ++row) {
    text += csv_field(inputs[row]);
    if (!classes.empty()) text += "," + csv_field(classes[row]);
    if (!unknown.empty()) text += unknown[row] ? ",true" : ",false";
    for (std::size_t c = 0; c < columns.size(); ++c)
      text += fmt::format(",{:.9g}", values[row * columns.size() + c]);
    text += "\n";
  }
  return text;
}

std::string AnswersFile::json() const {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (std::size_t row = 0; row < inputs.size(); ++row) {
    nlohmann::ordered_json one = {{"input", inputs[row]}};
    if (!classes.empty()) one["class"] = classes[row];
    if (!unknown.empty()) one["unknown"] = static_cast<bool>(unknown[row]);
    for (std::size_t c = 0; c < columns.size(); ++c)
      one[columns[c]] = values[row * columns.size() + c];
    rows.push_back(std::move(one));
  }
  return rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace lithe
