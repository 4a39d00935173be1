// lithe data: show or fetch data sets, or say which there are and where.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "command.h"
#include "data_sheet.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/images.h"
#include "parse.h"
#include "terminal.h"

namespace lithe::app {

namespace {

int fetch(const std::string& name, const std::string& data_dir,
          const std::vector<std::string>& mirrors) {
  ProgressBar bar;
  catch_interrupt();
  FetchOptions options;
  options.mirrors = mirrors;
  options.progress = [&bar](const FetchProgress& p) {
    bar.draw(p.file, p.total == 0 ? 0
                                  : std::min(1.0, static_cast<double>(p.done) /
                                                      static_cast<double>(p.total)));
    return !interrupted();
  };
  const auto folder = data_folder(data_dir);
  fetch_dataset(name, folder, options);
  bar.clear();
  print_folded("{} is in {}\n", name, folder.string());
  return 0;
}

const std::string kNoFolder = "unknown: HOME is not set (LITHE_DATA or --data-dir names one)";

int list(const std::string& data_dir) {
  const auto folder = data_folder(data_dir);
  print_folded("data folder {}\n", folder.empty() ? kNoFolder : folder.string());
  for (const std::string& name : dataset_names()) {
    std::string state = "there";
    try {
      if (is_built_in(name))
        state = "built in";
      else
        load_dataset(name, folder);
    } catch (const Error& error) {
      const bool there = !folder.empty() && std::filesystem::exists(folder / name);
      state = there ? error.problem() : fmt::format("not there (lithe data fetch {})", name);
    }
    print_folded("  {:14} {}\n", name, state);
  }
  print_folded(
      "\nOf any of them, or a folder: inverted:NAME (black for white), permuted:NAME (pixels in\n"
      "another order, the same for all), mirrored:NAME, flipped:NAME (upside down), "
      "corrupted:NAME\n"
      "(warped, cut, doubled and shuffled until they show none of the classes). lithe:NAME is the "
      "data\nset NAME where there is also a folder of that name here.\n");
  return 0;
}

// A thousand bytes a kB.
std::string size_of(std::uint64_t bytes) {
  return bytes < 1'000'000 ? fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

int clean(const std::string& data_dir, bool only_say) {
  const auto folder = data_folder(data_dir);
  const DecodedPictures pictures =
      only_say ? find_decoded_pictures(folder) : remove_decoded_pictures(folder);
  print_folded("{} {} file{} of decoded pictures, {}, {} {}\n",
               only_say ? "Would remove" : "Removed", pictures.files,
               pictures.files == 1 ? "" : "s", size_of(pictures.bytes), only_say ? "in" : "from",
               (folder / "images").string());
  if (pictures.files > 0) print_folded("The pictures are decoded again when they are needed\n");
  return 0;
}

// How a table is read: what `lithe train` says before it begins.
int show_table(SheetCommand& command) {
  find_table(command.data);
  const TableData table =
      load_table(command.data.data, table_options(command.data.reading, command.data.table));
  if (command.json) {
    fmt::print("{}\n", describe_json(table));
    return 0;
  }
  for (const std::string& line : describe(table, SIZE_MAX)) print_folded("{}\n", visible(line));
  for (const std::string& line : describe_first_window(table)) fmt::print("{}\n", visible(line));
  for (const std::string& line : describe_first_text(table)) print_folded("{}\n", visible(line));
  return 0;
}

// How a text is taken, and its first window with its answer.
int show_text(SheetCommand& command) {
  find_table(command.data);
  const TextData text = load_text(command.data.data, text_options(command.data));
  if (command.json) {
    fmt::print("{}\n", describe_json(text));
    return 0;
  }
  for (const std::string& line : describe(text)) print_folded("{}\n", visible(line));
  for (const std::string& line : describe_first_window(text)) fmt::print("{}\n", visible(line));
  return 0;
}

}  // namespace

int data(const Arguments& arguments) {
  Options app("Lists data sets, fetches them from their public mirrors, or draws samples of them.",
              "lithe data");
  std::string name, data_dir;
  std::vector<std::string> mirrors;
  const auto add_folder = [&data_dir](Options* command) {
    command->add_option("--data-dir", data_dir,
                        "folder of data sets (default: $LITHE_DATA, else the user's cache folder)");
  };
  SheetCommand sheet;
  Options* show_command = app.add_subcommand(
      "show",
      "print how a table or a folder of pictures is read; draw samples of a data set, or "
      "augmentations of them, as a picture");
  add_sheet_options(*show_command, sheet);
  Options* fetch_command =
      app.add_subcommand("fetch", "fetch a data set; continues a download, and checks the files");
  fetch_command->add_option("name", name, "mnist or fashion_mnist")->required();
  fetch_command->add_option("--mirror", mirrors,
                            "address of a folder to fetch from instead; may be repeated");
  Options* list_command =
      app.add_subcommand("list", "list the data sets, and which of them are there");
  add_folder(fetch_command);
  add_folder(list_command);
  bool only_say = false;
  Options* clean_command =
      app.add_subcommand("clean", "remove the cache of decoded pictures; the pictures stay");
  add_folder(clean_command);
  clean_command->add_flag("--dry-run", only_say, "print what would be removed");
  if (const auto status = parse(app, arguments)) return *status;
  sheet.data.chose_stride = show_command->count("--stride") > 0;
  settle_text(sheet.data);
  if (show_command->parsed() && !sheet.data.text.empty()) return show_text(sheet);
  if (show_command->parsed())
    return is_table_path(sheet.data.data) ? show_table(sheet) : draw_data(sheet);
  if (clean_command->parsed()) return clean(data_dir, only_say);
  return fetch_command->parsed() ? fetch(name, data_dir, mirrors) : list(data_dir);
}

}  // namespace lithe::app
