#include "data/tables/text_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/digest.h"
#include "data/tables/class_folder.h"
#include "data/tables/csv.h"
#include "data/tables/text_file.h"
#include "data/tables/tokens.h"
#include "lithe/error.h"

namespace lithe::data {

namespace {

namespace fs = std::filesystem;

void add_quoted(std::string_view text, std::string& to) {
  to += '"';
  for (const char c : text) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

void check_known(const std::vector<ClassFile>& files, const TableSchema& known) {
  if (known.task != TableTask::classification) return;
  for (const ClassFile& file : files)
    if (std::ranges::find(known.class_names, file.class_name) == known.class_names.end())
      throw Error(ErrorKind::data,
                  fmt::format("'{:.60}' is none of the classes that are known: {:.200}",
                              file.class_name, fmt::to_string(fmt::join(known.class_names, ", "))),
                  file.path.parent_path().string(), "folders named as the classes");
}

// The texts in the form of a table, with these names of the columns.
std::string as_table(const std::vector<ClassFile>& files, const std::string& text_name,
                     const std::string& class_name, const TableOptions& options) {
  std::string table;
  add_quoted(text_name, table);
  table += ',';
  add_quoted(class_name, table);
  table += '\n';
  for (const ClassFile& file : files) {
    const TextFile text(file.path, options.most_bytes);
    text::check_utf8(text.text(), file.path.string(),
                     "the text saved as UTF-8, or the folder without this file");
    if (table.size() + text.text().size() > options.most_bytes)
      throw Error(ErrorKind::data,
                  fmt::format("the texts hold more than the {} bytes allowed", options.most_bytes),
                  file.path.string(), "fewer texts");
    add_quoted(text.text(), table);
    table += ',';
    add_quoted(file.class_name, table);
    table += '\n';
  }
  return table;
}

}  // namespace

TableParts read_text_folder(const fs::path& folder, const TableOptions& options,
                            const TableSchema* known) {
  const std::vector<ClassFile> files = class_files(folder);
  if (known != nullptr && known->text() == nullptr)
    throw Error(ErrorKind::data,
                "the model was trained on the columns of a table, and these are "
                "texts",
                folder.string(), "a table with its columns");
  const bool needs_classes = known == nullptr || options.target_use == TargetUse::required;
  if (needs_classes) check_class_folders(files, folder);
  if (known != nullptr && needs_classes) check_known(files, *known);
  TableOptions chosen = options;
  chosen.csv.delimiter = ',';
  chosen.csv.header = CsvHeader::yes;
  std::string text_name = "text", class_name = "class";
  if (known != nullptr) {
    text_name = known->text()->name;
    if (const TableColumn* target = known->target()) class_name = target->name;
  } else {
    if (!chosen.csv.text) chosen.csv.text.emplace();
    chosen.csv.text->column = text_name;
    chosen.csv.targets = {class_name};
  }
  const std::string table = as_table(files, text_name, class_name, options);
  TableParts parts = parse_csv(table, folder.string(), chosen, known);
  parts.train.digest = base::digest_of(table);
  return parts;
}

}  // namespace lithe::data
