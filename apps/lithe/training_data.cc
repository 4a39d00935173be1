#include "training_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "lithe/data.h"
#include "lithe/error.h"
#include "lithe/images.h"
#include "model_kind.h"
#include "terminal.h"

namespace lithe::app {

namespace {

constexpr const char* kWindows = "lithe.windows";         // of the rows that it learned from
constexpr const char* kText = "lithe.text";               // how a text was taken
constexpr const char* kTime = "lithe.time";               // the column of their times
constexpr const char* kGroup = "lithe.group";             // the column that tells series apart
constexpr const char* kChannels = "lithe.channels";       // names, a line each
constexpr const char* kTrainRows = "lithe.train_rows";    // that a model learned from
constexpr const char* kRowDigests = "lithe.row_digests";  // of these

template <class Load>
TableData load_table_with_progress(const DataChoice& choice, const Load& load) {
  ProgressBar bar;
  TableOptions options = table_options(choice.reading, choice.table);
  options.progress = [&bar](std::uint64_t done, std::uint64_t total) {
    bar.draw("reading", total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total));
    return true;
  };
  TableData table = load(options);
  bar.clear();
  return table;
}

Dataset select(Dataset set, const DataChoice& choice, std::uint64_t seed) {
  if (choice.classes.empty() && choice.per_class == 0) return set;
  std::vector<std::size_t> classes;
  if (choice.classes.empty())
    for (std::size_t c = 0; c < set.class_names.size(); ++c) classes.push_back(c);
  else
    classes = parse_numbers(choice.classes, "--classes");
  return select_classes(set, classes, choice.per_class, seed);
}

// What the model's training noted of the folder that it was trained on; empty for another folder.
std::string note_of_own(const Model& model, const std::string& folder, const char* key) {
  const auto& metadata = model.metadata();
  const auto data = metadata.find("lithe.data"), note = metadata.find(key);
  std::error_code unreadable;
  const bool own = data != metadata.end() && note != metadata.end() &&
                   data->second == std::filesystem::canonical(folder, unreadable).string();
  return own ? note->second : "";
}

// Of the model's own folder, the share that its training did not see.
double unseen_share(const Model& model, const std::string& folder) {
  const std::string share = note_of_own(model, folder, "lithe.test_share");
  return share.empty() ? 1 : std::clamp(parse_share(share, "lithe.test_share"), 0.0, 1.0);
}

// What its training did with a folder for validation.
std::string trained_val_folder(const Model& model, const DataChoice& choice) {
  const std::string use = note_of_own(model, choice.data, "lithe.val_folder");
  return use.empty() ? choice.pictures.val_folder : use;
}

LoadedData picture_data(const DataChoice& choice, const PictureForm& form, const PictureUse& use,
                        std::uint64_t seed) {
  const ImageFolder folder =
      load_pictures(choice.data, choice.data_dir, choice.pictures, form, use);
  LoadedData loaded{select(folder.data, choice, seed), {}, describe(folder), describe_json(folder)};
  loaded.test_files = files_of_classes(folder.test_files, folder.data, loaded.set);
  loaded.train_files = folder.train_files;
  return loaded;
}

// All pictures of a folder.
void count_all(LoadedData& loaded) {
  loaded.set = all_to_test_on(loaded.set);
  loaded.test_files.insert(loaded.test_files.begin(), loaded.train_files.begin(),
                           loaded.train_files.end());
}

// Pictures whose classes are the model's by name, or some of them are.
void check_names(const Model& model, const Dataset& data) {
  const std::vector<std::string>& names = model.preprocessing().class_names;
  const auto is_known = [&](const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  if (!names.empty() && std::ranges::none_of(data.class_names, is_known))
    throw Error(ErrorKind::data,
                fmt::format("the model knows {:.200}, and the folder has pictures of {:.200}",
                            fmt::to_string(fmt::join(names, ", ")),
                            fmt::to_string(fmt::join(data.class_names, ", "))),
                data.name, "folders named as the model's classes (`lithe show MODEL`)");
}

std::string note_of(const Model& model, const char* key) {
  const auto found = model.metadata().find(key);
  return found == model.metadata().end() ? "" : found->second;
}

// A path that does not depend on the folder that a command runs in. Text of a file is UTF-8, and
// names of files may be anything.
std::string absolute_text(const std::filesystem::path& path) {
  const std::string text =
      path == "-" ? "-" : std::filesystem::absolute(path).lexically_normal().string();
  return nlohmann::json::parse(
             nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
      .get<std::string>();
}

// Also in a changed copy of what the model was trained on.
void find_learned(const Model& model, LoadedData& loaded) {
  loaded.learned_from =
      count_learned(note_of(model, kRowDigests), loaded.set.test, loaded.set.class_names);
}

// 0 for what is no number.
std::size_t count_of(const std::string& text) {
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::vector<std::string> channels_in(const std::string& note) {
  std::vector<std::string> names;
  std::istringstream lines(note);
  for (std::string name; std::getline(lines, name);) names.push_back(name);
  return names;
}

// What the model takes of arrays.
ArrayForm form_for_arrays(const Model& model) {
  const Preprocessing& preprocessing = model.preprocessing();
  ArrayForm form;
  form.shape =
      preprocessing.image.empty() ? model.network().input_shape().sizes : preprocessing.image;
  form.divisor = preprocessing.divisor;
  form.class_names = preprocessing.class_names;
  form.lengths = model.network().has_lengths();
  form.channels = channels_in(note_of(model, kChannels));
  const std::string range = note_of(model, "lithe.input_range");
  const char* const end = range.data() + range.size();
  const auto [middle, error] = std::from_chars(range.data(), end, form.low);
  if (error == std::errc{} && middle != end) std::from_chars(middle + 1, end, form.high);
  return form;
}

void refuse_all_rows(const DataChoice& choice) {
  if (choice.all_rows)
    throw Error(ErrorKind::usage, fmt::format("'{}' has a part of its own to test on", choice.data),
                "--all-rows", "leave it out; it is for tables, arrays and folders of pictures");
}

TableData apply(const DataChoice& choice, const Model& model, TableOptions& options) {
  const Preprocessing& preprocessing = model.preprocessing();
  if (!is_array_path(choice.data))
    return apply_table(choice.data, TableSchema::from_json(preprocessing.schema), options);
  if (options.target_use == TargetUse::ignore)
    options.csv.task = TableTask::none;
  else if (preprocessing.class_names.empty())
    options.csv.task = TableTask::regression;
  return apply_arrays(choice.data, form_for_arrays(model), options);
}

bool is_one_array(const DataChoice& choice) {
  return std::filesystem::path(choice.data).extension() == ".npy";
}

[[noreturn]] void refuse_unanswered(const DataChoice& choice, bool is_file) {
  if (is_sequence_path(choice.data))
    throw Error(ErrorKind::data, "the sequences have no answers", choice.data,
                "a file with @classLabel true or @targetLabel true, and an answer behind the last "
                "colon of each line");
  throw Error(ErrorKind::data, "the examples have no answers", choice.data,
              is_file ? "--answers FILE, a .npy with an answer for each example"
                      : "--answers NAME, the array with an answer for each example");
}

// One array without answers is refused before it is read.
void check_answers_are_named(const DataChoice& choice) {
  if (is_one_array(choice) && choice.reading.answers.empty()) refuse_unanswered(choice, true);
}

// Arrays to train or to judge by.
void check_answered(const DataChoice& choice, const Dataset& data) {
  if (!is_array_path(choice.data)) return;
  for (const Examples* part : {&data.train, &data.test})
    if (part->labels != nullptr || part->targets != nullptr) return;
  refuse_unanswered(choice, is_one_array(choice));
}

// A table for a model. The rows that its training held out are looked for where answers are asked
// for: predictions are for all rows.
LoadedData load_rows(const DataChoice& choice, const Model& model, TargetUse target) {
  const std::string note = note_of(model, "lithe.rows");
  std::optional<TableSplit> known;
  if (!note.empty() && target == TargetUse::required) known = TableSplit::parse(note);
  if (target == TargetUse::required) check_answers_are_named(choice);
  TableData table = load_table_with_progress(choice, [&](TableOptions& options) {
    options.target_use = target;
    if (const std::string windows = note_of(model, kWindows); !windows.empty()) {
      options.windows = WindowOptions::parse(windows);
      options.windows.without_answers = target != TargetUse::required;
      if (choice.every_window) options.windows.stride = 1;
      options.csv.time = note_of(model, kTime);
      options.csv.group = note_of(model, kGroup);
    }
    if (!choice.all_rows) options.split = known;
    return apply(choice, model, options);
  });
  if (target == TargetUse::required) check_answered(choice, table.data);
  // Arrays to test on stand beside those to train on.
  if (choice.all_rows) table.data = all_to_test_on(table.data);
  // They are of the whole file, of which perhaps only the rows held out are counted.
  const char* const of = table.divided_again && !choice.all_rows ? "In the whole file: " : "";
  for (const TableNote& one : table.notes) print_folded(stderr, "{}{}\n", of, one.text);
  LoadedData loaded{select(std::move(table.data), choice, 1), std::move(table.schema), {}};
  loaded.left_out = std::move(table.left_out);
  loaded.windows = std::move(table.windows);
  if (target == TargetUse::required) find_learned(model, loaded);
  if (!known || known->digest != table.split.digest || known->rows != table.split.rows)
    return loaded;
  // The same file, whatever its name is.
  loaded.set.name = note_of(model, "lithe.data");
  loaded.split = table.split;
  const bool held_out = table.divided_again && loaded.set.test.features.rows > 0;
  loaded.learned_from = {held_out ? 0 : count_of(note_of(model, kTrainRows)), false};
  if (held_out) loaded.held_out_of = table.split.rows;
  return loaded;
}

// A share to test on is taken where nothing else says what to test on.
void check_test_share(const DataChoice& choice) {
  std::string part;
  if (is_picture_folder(choice.data))
    part = has_test_folder(choice.data) ? "a folder for its test pictures" : "";
  else if (!is_table_path(choice.data))
    part = "a test part of its own";
  else if (!choice.table.test_file.empty())
    part = "its test rows in --test-data";
  if (!part.empty())
    throw Error(ErrorKind::usage, fmt::format("'{}' has {}", choice.data, part), "--test-share",
                "leave it out; --validation 10% holds examples out of those to train on");
}

}  // namespace

std::vector<std::string> files_of_classes(const std::vector<std::string>& files, const Dataset& all,
                                          const Dataset& kept) {
  std::vector<std::string> result;
  for (std::size_t row = 0; row < files.size(); ++row) {
    const std::string& name = all.class_names[static_cast<std::size_t>(all.test.labels[row])];
    if (std::ranges::find(kept.class_names, name) != kept.class_names.end())
      result.push_back(files[row]);
  }
  return result;
}

void add_class_choice(Options& app, DataChoice& choice) {
  app.add_option("--classes", choice.classes, "only these classes, by number: 0..4 or 1,3,5");
}

void add_data_choice(Options& app, DataChoice& c, DataFor use) {
  if (use == DataFor::model) c.data.clear();
  add_data_options(app, c.data, c.data_dir);
  if (use == DataFor::model)
    app.find("--data")->help += " (default: what the model was trained on)";
  add_class_choice(app, c);
  app.add_option("--per-class", c.per_class, "at most this many training examples of each class")
      ->check(Range(std::uint64_t{1}, std::uint64_t{1} << 32));
  if (use == DataFor::training) {
    app.add_option(
        "--test-share", c.table.test_share,
        "share of the rows of a table, or of the pictures of a folder, to test on (default: "
        "0.2)");
    add_picture_form(app, c.pictures);
  }
  add_picture_reading(app, c.pictures);
  add_table_options(app, c.reading, c.table,
                    use == DataFor::training ? TableUse::learn : TableUse::apply);
  if (use == DataFor::training) add_text_options(app, c);
}

namespace {

LoadedData loaded_text(TextData text) {
  LoadedData loaded{std::move(text.data), {}, describe(text), describe_json(text)};
  loaded.text = text.options;
  return loaded;
}

// A text for a model: of the one that it was trained on the end that it did not see, of another one
// all of it.
LoadedData load_text_for_model(const DataChoice& choice, const Model& model) {
  TextOptions options = TextOptions::parse(note_of(model, kText));
  options.stride = options.window;
  const bool own = note_of(model, "lithe.data") == absolute_text(choice.data);
  if (!own || choice.all_rows) options.test_share = 1;
  LoadedData loaded = loaded_text(
      load_text(choice.data, options, Vocabulary::from_json(model.preprocessing().vocabulary)));
  if (own && choice.all_rows)
    loaded.learned_from = {
        std::min(count_of(note_of(model, kTrainRows)), loaded.set.test.features.rows), true};
  return loaded;
}

}  // namespace

void find_table(DataChoice& choice) {
  const auto found = [&choice](const std::filesystem::path& name) {
    std::error_code unknown;
    if (name == "-" || name.is_absolute() || !is_table_path(name) ||
        std::filesystem::exists(name, unknown))
      return name;
    const std::filesystem::path folder = data_folder(choice.data_dir);
    const bool there = !folder.empty() && std::filesystem::exists(folder / name, unknown);
    return there ? folder / name : name;
  };
  choice.data = found(choice.data).string();
  choice.table.test_file = found(choice.table.test_file);
}

LoadedData load_data(const DataChoice& choice, std::uint64_t seed) {
  if (!choice.text.empty()) return loaded_text(load_text(choice.data, text_options(choice)));
  if (choice.chose_test_share) check_test_share(choice);
  tell_own_folder(choice.data, choice.data_dir);
  if (is_picture_folder(choice.data))
    return picture_data(choice, form_asked_for(choice.pictures),
                        {.test_share = choice.table.test_share, .lists_skipped = false}, seed);
  if (!choice.pictures.size.empty() || choice.pictures.channels > 0)
    throw Error(ErrorKind::usage, "only a folder of pictures is brought to a size or to channels",
                "--size, --channels", "leave them out");
  if (choice.pictures.val_folder != PictureChoice{}.val_folder)
    throw Error(ErrorKind::usage, "only a folder of pictures has a folder for validation",
                "--val-folder", "leave it out");
  std::error_code unknown;
  const bool is_file = std::filesystem::is_regular_file(choice.data, unknown);
  if (!is_table_path(choice.data) && !is_file)
    return {select(load_dataset(choice.data, data_folder(choice.data_dir)), choice, seed), {}, {}};
  check_answers_are_named(choice);
  TableData table = load_table_with_progress(choice, [&](TableOptions& options) {
    options.seed = choice.split_seed.value_or(seed);
    return load_table(choice.data, options);
  });
  check_answered(choice, table.data);
  std::vector<std::string> understood = describe(table);
  std::string json = describe_json(table);
  return {select(std::move(table.data), choice, seed),
          std::move(table.schema),
          std::move(understood),
          std::move(json),
          table.split,
          std::move(table.windows)};
}

LoadedData load_for_model(const DataChoice& choice, Model& model, TargetUse target) {
  if (!model.preprocessing().vocabulary.empty()) return load_text_for_model(choice, model);
  check_kind(model, choice.data);
  if (is_picture_folder(choice.data)) {
    tell_own_folder(choice.data, choice.data_dir);
    DataChoice as_trained = choice;
    as_trained.pictures.val_folder = trained_val_folder(model, choice);
    const PictureUse use{unseen_share(model, choice.data), /*for_training=*/false};
    LoadedData loaded = picture_data(as_trained, form_of(model), use, 1);
    check_names(model, loaded.set);
    if (choice.all_rows)
      count_all(loaded);
    else if (use.test_share < 1 && !has_test_folder(choice.data))
      loaded.held_out_of = loaded.set.train.features.rows + loaded.set.test.features.rows;
    find_learned(model, loaded);
    return loaded;
  }
  const bool arrays = is_array_path(choice.data);
  if (!arrays && (!is_table_path(choice.data) || model.preprocessing().schema.empty())) {
    refuse_all_rows(choice);
    return load_data(choice, 1);
  }
  LoadedData loaded = load_rows(choice, model, target);
  // A model of sequences takes longer ones than those that it was trained on.
  const std::vector<std::size_t> shape = loaded.set.shape,
                                 known = model.network().input_shape().sizes;
  if (model.network().has_lengths() && shape.size() == known.size() &&
      std::equal(shape.begin() + 1, shape.end(), known.begin() + 1) && shape[0] != known[0])
    model.set_positions(shape[0]);
  return loaded;
}

DataChoice own_data(DataChoice choice, const Model& model) {
  choice.data = note_of(model, "lithe.test_data");
  if (choice.data.empty()) choice.data = note_of(model, "lithe.data");
  if (choice.data.empty())
    throw Error(ErrorKind::usage, "the model does not say what it was trained on", "--data",
                "--data DATA");
  if (choice.data == "-")
    throw Error(ErrorKind::usage, "the model was trained on standard input, which is not kept",
                "--data", "--data FILE, or --data - for standard input");
  // A folder's name in a model is a whole path.
  if (is_own_folder(choice.data, data_folder(choice.data_dir)))
    choice.data = "lithe:" + choice.data;
  std::error_code unknown;
  if (is_table_path(choice.data) && !std::filesystem::exists(choice.data, unknown))
    throw Error(ErrorKind::usage,
                fmt::format("the model was trained on {}, which is not there", choice.data),
                "--data", "--data DATA");
  TableReading& reading = choice.reading;
  if (reading.inputs.empty()) reading.inputs = note_of(model, "lithe.inputs");
  if (reading.answers.empty()) reading.answers = note_of(model, "lithe.answers");
  return choice;
}

void keep_data(const DataChoice& choice, const LoadedData& loaded, const Examples& train,
               Model& model) {
  auto& metadata = model.metadata();
  metadata["lithe.data"] = loaded.set.name;
  if (is_picture_folder(choice.data)) {
    metadata[kTrainRows] = fmt::format("{}", train.features.rows);
    metadata["lithe.test_share"] = fmt::format("{}", choice.table.test_share);
    metadata["lithe.val_folder"] = choice.pictures.val_folder;
  }
  if (loaded.text) {
    metadata["lithe.data"] = absolute_text(choice.data);
    metadata[kText] = loaded.text->to_string();
    metadata[kTrainRows] = fmt::format("{}", train.features.rows);
  }
  if (loaded.split || is_picture_folder(choice.data))
    metadata[kRowDigests] = note_of_rows(train, loaded.set.class_names);
  if (!loaded.split) return;
  metadata["lithe.data"] = absolute_text(choice.data);
  metadata["lithe.rows"] = loaded.split->to_string();
  if (loaded.windows) {
    metadata[kWindows] = loaded.windows->options.to_string();
    if (!choice.table.csv.time.empty()) metadata[kTime] = choice.table.csv.time;
    if (!choice.table.csv.group.empty()) metadata[kGroup] = choice.table.csv.group;
  }
  metadata[kTrainRows] = fmt::format("{}", train.features.rows);
  if (!choice.table.test_file.empty())
    metadata["lithe.test_data"] = absolute_text(choice.table.test_file);
  if (!is_array_path(choice.data)) return;
  const TableReading& reading = choice.reading;
  const bool is_file = choice.data.ends_with(".npy");
  if (!reading.inputs.empty()) metadata["lithe.inputs"] = reading.inputs;
  if (!reading.answers.empty())
    metadata["lithe.answers"] = is_file ? absolute_text(reading.answers) : reading.answers;
  const ArrayForm form = array_form(loaded.set);
  std::string channels;
  for (const std::string& name :
       sequence_channels(choice.data, table_options(choice.reading, choice.table)))
    channels += name + "\n";
  if (!channels.empty()) metadata[kChannels] = channels;
  if (form.divisor == 1) metadata["lithe.input_range"] = fmt::format("{} {}", form.low, form.high);
}

std::vector<std::size_t> parse_numbers(const std::string& text, const std::string& option) {
  const auto fail = [&] {
    throw Error(ErrorKind::usage, fmt::format("'{}' is no list of numbers", text.substr(0, 60)),
                option, "1..6 or 1,3,5");
  };
  constexpr std::size_t kMost = 100'000;
  std::vector<std::size_t> result;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&] {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || value > kMost) fail();
    at = stop;
    return value;
  };
  for (;;) {
    const std::size_t first = number();
    std::size_t last = first;
    if (end - at >= 2 && at[0] == '.' && at[1] == '.') at += 2, last = number();
    if (last < first) fail();
    for (std::size_t value = first; value <= last; ++value) result.push_back(value);
    if (at == end) break;
    if (*at++ != ',') fail();
  }
  std::vector<std::size_t> sorted = result;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    throw Error(ErrorKind::usage, fmt::format("'{}' has {} twice", text.substr(0, 60), *twice),
                option, "each number once");
  return result;
}

double parse_share(const std::string& text, const std::string& option) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(stop, static_cast<std::size_t>(text.data() + text.size() - stop));
  if (error != std::errc{} || !(value >= 0) || (!rest.empty() && rest != "%"))
    throw Error(ErrorKind::usage, fmt::format("'{}' is neither a share nor a number", text), option,
                "10%, 0.1 or 5000");
  if (rest == "%" && value > 100)
    throw Error(ErrorKind::usage, fmt::format("'{}' is more than there is", text), option, "10%");
  return rest == "%" ? value / 100 : value;
}

}  // namespace lithe::app
