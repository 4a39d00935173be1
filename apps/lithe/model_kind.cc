#include "model_kind.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "lithe/error.h"
#include "lithe/table.h"
#include "pictures.h"

namespace lithe::app {

namespace {

constexpr std::size_t kMostNamed = 5;

std::string columns_of(const TableSchema& schema) {
  std::vector<std::string> names;
  for (const TableColumn& column : schema.columns)
    if (column.features() > 0) names.push_back(column.name);
  const bool more = names.size() > kMostNamed;
  if (more) names.resize(kMostNamed);
  return fmt::format("{}{}", fmt::join(names, ", "), more ? ", ..." : "");
}

std::string kind_of(const std::string& input) {
  std::error_code unknown;
  const bool folder = std::filesystem::is_directory(input, unknown);
  if (is_table_path(input) && folder)
    return is_sequence_path(input) ? "folder of sequences" : "folder of texts";
  if (is_table_path(input)) return "table";
  if (is_picture_folder(input)) return "folder of pictures";
  return std::filesystem::is_regular_file(input, unknown) ? "picture" : "data set of another kind";
}

// Whether the model was trained on rows of numbers without names: arrays, or LIBSVM.
bool is_of_rows(const Model& model) {
  const auto data = model.metadata().find("lithe.data");
  return model.preprocessing().image.empty() && data != model.metadata().end() &&
         is_table_path(data->second);
}

bool has_columns(const std::string& input) {
  const std::string end = std::filesystem::path(input).extension().string();
  return is_table_path(input) && !is_array_path(input) && end != ".libsvm" && end != ".svm" &&
         end != ".svmlight";
}

}  // namespace

void check_kind(const Model& model, const std::string& input) {
  const Preprocessing& preprocessing = model.preprocessing();
  std::string trained, remedy;
  if (!preprocessing.schema.empty() && !is_table_path(input)) {
    trained = fmt::format("the columns of a table ({})",
                          columns_of(TableSchema::from_json(preprocessing.schema)));
    remedy = "a table with these columns";
  } else if (preprocessing.schema.empty() && has_columns(input) && model.network().has_lengths()) {
    // A file of a sequence is read as one of a folder.
    const std::string folder = std::filesystem::path(input).parent_path().string();
    trained = "sequences";
    remedy = fmt::format("{}, the folder that has it; or a .ts or .npz of sequences",
                         folder.empty() ? "." : folder);
  } else if (preprocessing.schema.empty() && has_columns(input)) {
    const bool images = !preprocessing.image.empty();
    trained = images ? "images" : "rows of numbers without names";
    remedy = images ? "pictures, or images in a .npy or .npz" : "a .npy, .npz or .libsvm";
  } else if (preprocessing.schema.empty() && is_of_rows(model) && !is_table_path(input)) {
    trained = "rows of numbers without names";
    remedy = "a .npy, .npz or .libsvm";
  }
  if (trained.empty()) return;
  throw Error(ErrorKind::data,
              fmt::format("the model was trained on {}, and this is a {}", trained, kind_of(input)),
              input, remedy);
}

Model load_model(const std::string& file, const std::string& command,
                 const std::vector<std::string>& inputs) {
  const auto is_model = [](const std::string& name) { return name.ends_with(".safetensors"); };
  const auto model = std::ranges::find_if(inputs, is_model);
  const bool swapped = !is_model(file) && (is_table_path(file) || model != inputs.end());
  if (!swapped) return Model::load(file);
  throw Error(ErrorKind::usage, fmt::format("'{}' is no model, which comes first", file), command,
              fmt::format("{} {} {}", command, model == inputs.end() ? "MODEL" : *model, file));
}

}  // namespace lithe::app
