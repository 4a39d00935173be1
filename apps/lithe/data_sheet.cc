#include "data_sheet.h"

#include <fmt/format.h>

#include <filesystem>
#include <numeric>

#include "lithe/contact_sheet.h"
#include "lithe/data.h"
#include "lithe/error.h"
#include "terminal.h"

namespace lithe::app {

namespace {

constexpr std::size_t kSamples = 10;   // of a class
constexpr std::size_t kOriginals = 3;  // of a class, where augmentations are shown
constexpr std::size_t kVariants = 9;   // of an original
constexpr std::size_t kMostRows = 2000;

// The pictures of a folder, divided as for a training.
ImageFolder load_folder(const DataChoice& choice) {
  tell_own_folder(choice.data, choice.data_dir);
  return load_pictures(choice.data, choice.data_dir, choice.pictures,
                       form_asked_for(choice.pictures),
                       {.for_training = false, .lists_skipped = false});
}

// All pictures of a folder, which it describes; of other data those to train on, or to test on
// where there are no others.
Dataset load_images(const DataChoice& choice) {
  Dataset set;
  if (is_picture_folder(choice.data)) {
    const ImageFolder folder = load_folder(choice);
    for (const std::string& line : describe(folder)) print_folded("{}\n", visible(line));
    set = folder.data;
    set.train.features.rows += set.test.features.rows;  // which follow in memory
  } else {
    set = load_data(choice, 1).set;
  }
  if (set.train.features.rows == 0) set.train = set.test;
  set.test = set.train.slice(0, 0);
  if (set.train.labels == nullptr || set.train.features.rows == 0 ||
      !image_at(set, set.train.features, 0))
    throw Error(ErrorKind::data, "the examples are not images in classes", choice.data,
                "shapes, mnist, or a folder of pictures");
  return set;
}

// So many of each class, drawn by the seed.
Dataset draw_samples(const SheetCommand& command, std::size_t count) {
  DataChoice choice = command.data;
  choice.classes.clear();
  const Dataset set = load_images(choice);
  std::vector<std::size_t> classes(set.class_names.size());
  std::iota(classes.begin(), classes.end(), std::size_t{0});
  if (!command.data.classes.empty()) classes = parse_numbers(command.data.classes, "--classes");
  return select_classes(set, classes, count, command.seed);
}

// The first of sheet.png, sheet-2.png and so on that is no file yet.
std::string new_sheet() {
  std::string name = "sheet.png";
  for (std::size_t i = 2; std::filesystem::exists(name); ++i) name = fmt::format("sheet-{}.png", i);
  return name;
}

}  // namespace

void add_sheet_options(Options& app, SheetCommand& c) {
  app.add_option(
         "data", c.data.data,
         "a table, a data set by name, or a folder of pictures, of texts, of sequences, or of the "
         "files of IDX or CIFAR")
      ->required();
  app.add_option("--data-dir", c.data.data_dir,
                 "folder of data sets (default: $LITHE_DATA, else the user's cache folder)");
  app.add_option("--output", c.output,
                 "file for the picture (PNG; default: sheet.png, or sheet-2.png and so on where "
                 "that is there)");
  app.add_option("--augment", c.augment,
                 "show each sample, followed by augmentations of it: \"shift(2) -> "
                 "rotate(10)\"; see `lithe list augmentations`");
  app.add_option("--count", c.count,
                 fmt::format("samples of each class (default: {}, with --augment {})", kSamples,
                             kOriginals))
      ->check(Range(std::uint64_t{1}, std::uint64_t{1000}));
  app.add_option("--seed", c.seed, "seed of the choice and of the augmentations")
      ->capture_default_str();
  add_class_choice(app, c.data);
  add_picture_form(app, c.data.pictures);
  add_picture_reading(app, c.data.pictures);
  add_table_options(app, c.data.reading, c.data.table, TableUse::learn);
  add_text_options(app, c.data);
  app.add_flag("--json", c.json,
               "print what is known of a table or a folder of pictures as a JSON object");
}

int draw_data(const SheetCommand& command) {
  if (command.json && is_picture_folder(command.data.data)) {
    fmt::print("{}\n", describe_json(load_folder(command.data)));
    return 0;
  }
  const bool augments = !command.augment.empty();
  const std::size_t count = command.count > 0 ? command.count : augments ? kOriginals : kSamples;
  const Dataset samples = draw_samples(command, count);
  if (samples.class_names.size() * (augments ? count : 1) > kMostRows)
    throw Error(ErrorKind::usage, fmt::format("more than {} rows", kMostRows), "lithe data show",
                "fewer --classes or a smaller --count");
  std::vector<SheetRow> rows = class_rows(samples);
  if (augments)
    rows = augmented_rows(
        rows,
        Augmentation(command.augment, samples.shape, samples.train.features.divisor, command.seed),
        kVariants);
  const std::string output = command.output.empty() ? new_sheet() : command.output;
  write_png(output, draw_sheet(rows, augments));
  print_folded("{}: {} samples of {} class{}{}\n", output, samples.train.features.rows,
               samples.class_names.size(), samples.class_names.size() == 1 ? "" : "es",
               augments ? fmt::format(", each with {} variants", kVariants) : "");
  return 0;
}

}  // namespace lithe::app
