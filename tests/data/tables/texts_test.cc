// A column of texts: its tokens as numbers, sequences of unequal length.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"
#include "lithe/error.h"
#include "lithe/table.h"
#include "support/expect_error.h"
#include "support/temporary_folder.h"

namespace lithe {
namespace {

using Numbers = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

// "sea" four times, "the" three times, "a" and "whale" twice, others once.
constexpr const char* kMails =
    "class,body\nx,the sea the sea\ny,\"a whale, a sea\"\nx,sea the\ny,whale!\n";

// The tokens of a row that count.
Numbers tokens(const Examples& part, std::size_t row) {
  const auto* const first = reinterpret_cast<const std::int32_t*>(part.features.row(row));
  return {first, first + part.features.lengths[row]};
}

bool notes(const TableData& table, const std::string& text) {
  return std::ranges::any_of(table.notes, [&](const TableNote& note) {
    return note.text.find(text) != std::string::npos;
  });
}

class Texts : public testing::Test {
 protected:
  Texts() {
    options.test_share = 0;
    options.csv.targets = {"class"};
    options.csv.text.emplace();
  }
  TableData load(const std::string& text) {
    base::write_file_atomically(file, text);
    return load_table(file, options);
  }
  TableData apply(const std::string& text, const TableSchema& schema) {
    options.target_use = TargetUse::if_present;
    base::write_file_atomically(file, text);
    return apply_table(file, schema, options);
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "mails.csv";
  TableOptions options;
};

TEST_F(Texts, WordsAreNumberedFromTheMostFrequentOneAnd0IsForOthers) {
  const TableData table = load(kMails);
  const TableColumn* const text = table.schema.text();
  ASSERT_NE(text, nullptr);
  EXPECT_EQ(text->name, "body");
  EXPECT_EQ(text->categories, (Names{"sea", "the", "a", "whale", "!", ","}));
  EXPECT_EQ(text->token_count(), 7u);
  EXPECT_EQ(text->token(0), "<unknown>");
  EXPECT_EQ(text->token(4), "whale");
  const Examples& train = table.data.train;
  EXPECT_EQ(train.features.type, ElementType::int32);
  EXPECT_EQ(table.data.shape, (std::vector<std::size_t>{5}));
  EXPECT_EQ(tokens(train, 0), (Numbers{2, 1, 2, 1}));
  EXPECT_EQ(tokens(train, 1), (Numbers{3, 4, 6, 3, 1}));
  EXPECT_EQ(tokens(train, 3), (Numbers{4, 5}));
  EXPECT_EQ(table.data.class_names, (Names{"x", "y"}));
  EXPECT_EQ(table.schema, TableSchema::from_json(table.schema.to_json()));
}

TEST_F(Texts, OnlyTheMostFrequentWordsAndTheFirstTokensAreTaken) {
  options.csv.text->most_words = 2;
  options.csv.text->most_tokens = 3;
  const TableData table = load(kMails);
  EXPECT_EQ(table.schema.text()->categories, (Names{"the", "sea"}));  // of what is taken
  EXPECT_EQ(tokens(table.data.train, 0), (Numbers{1, 2, 1}));
  EXPECT_EQ(tokens(table.data.train, 1), (Numbers{0, 0, 0}));
  EXPECT_TRUE(notes(table, "2 texts of \"body\" have more than 3 words"));
  EXPECT_TRUE(notes(table, "5 of 10 words of \"body\" are none of the 2 that are known"));
}

TEST_F(Texts, CharactersAndBytes) {
  options.csv.text->unit = TextUnit::chars;
  const TableData chars = load(
      "class,body\nx,b\xC3\xA4"
      "b\ny,\xC3\xA4\n");
  EXPECT_EQ(chars.schema.text()->categories, (Names{"b", "\xC3\xA4"}));
  EXPECT_EQ(tokens(chars.data.train, 0), (Numbers{1, 2, 1}));
  options.csv.text->unit = TextUnit::bytes;
  const TableData bytes = load("class,body\nx,b\xC3\xA4\ny,b\n");
  EXPECT_EQ(bytes.schema.text()->token_count(), 257u);
  EXPECT_EQ(tokens(bytes.data.train, 0), (Numbers{1 + 'b', 1 + 0xC3, 1 + 0xA4}));
  EXPECT_EQ(bytes.schema, TableSchema::from_json(bytes.schema.to_json()));
}

TEST_F(Texts, TheVocabularyIsThatOfTheRowsToTrainOn) {
  std::string text = "class,body\n";
  for (int i = 0; i < 40; ++i) text += fmt::format("{},word{} both\n", "xy"[i % 2], i);
  options.test_share = 0.25;
  const TableData table = load(text);
  ASSERT_EQ(table.data.test.features.rows, 10u);
  EXPECT_EQ(table.schema.text()->categories.size(), 31u);
  for (std::size_t row = 0; row < 10; ++row) {
    EXPECT_EQ(tokens(table.data.test, row), (Numbers{0, 1}));
    EXPECT_NE(tokens(table.data.train, row)[0], 0);
  }
}

TEST_F(Texts, AnotherFileIsReadByTheSameVocabulary) {
  const TableData learned = load(kMails);
  const TableData table =
      apply("body,more\nthe new sea,1\n,2\n\"a a a a a a a a\",3\nNA,4\n", learned.schema);
  const Examples& test = table.data.test;
  EXPECT_EQ(table.data.shape, learned.data.shape);
  EXPECT_EQ(tokens(test, 0), (Numbers{2, 0, 1}));
  EXPECT_EQ(tokens(test, 1), (Numbers{0}));
  EXPECT_EQ(tokens(test, 2), (Numbers{3, 3, 3, 3, 3}));  // as long as those to train on were
  EXPECT_EQ(tokens(test, 3), (Numbers{0}));              // a word that is not known
  EXPECT_TRUE(notes(table, "1 text is without a word"));
  EXPECT_TRUE(notes(table, "1 text of \"body\" has more than 5 words"));
}

TEST_F(Texts, TextsWithoutAWordAreKeptOrDropped) {
  const std::string text = "class,body\nx,sea\ny,\nx,\"  \"\ny,a\n";
  const TableData kept = load(text);
  EXPECT_EQ(kept.data.train.features.rows, 4u);
  EXPECT_EQ(tokens(kept.data.train, 1), (Numbers{0}));
  EXPECT_TRUE(notes(kept, "2 texts are without a word"));
  options.csv.missing = MissingPolicy::drop_row;
  const TableData dropped = load(text);
  EXPECT_EQ(dropped.data.train.features.rows, 2u);
  EXPECT_EQ(tokens(dropped.data.train, 1).size(), 1u);
  options.csv.missing = MissingPolicy::error;
  test::expect_error(ErrorKind::data, {"line 3", "body"}, [&] { load(text); });
}

TEST_F(Texts, ARowThatIsLeftOutLeavesNoTokens) {
  const TableData table = load("class,body\nx,one two\n,lost words here\ny,two\n");
  EXPECT_EQ(table.schema.text()->categories, (Names{"two", "one"}));
  EXPECT_EQ(tokens(table.data.train, 1), (Numbers{1}));
}

TEST_F(Texts, OtherColumnsAreLeftOut) {
  const TableData table = load("class,body,size\nx,a b,1\ny,b c,2\nx,c d,4\n");
  EXPECT_EQ(table.schema.feature_count(), 2u);
  EXPECT_TRUE(notes(table, "1 column is left out, for a text is the only input: size"));
  test::expect_error(ErrorKind::data,
                     {"2 columns hold texts", "\"body\", \"from\"", "--text-column"},
                     [&] { load("class,body,from\nx,a b,me you\ny,b c,you me\n"); });
  options.csv.text->column = "from";
  EXPECT_EQ(load("class,body,from\nx,a b,me you\ny,b c,you me\n").schema.text()->name, "from");
  options.csv.categorical = {"body"};
  test::expect_error(ErrorKind::data, {"a text is the only input", "\"body\""},
                     [&] { load("class,body,from\nx,a b,me you\ny,b c,you me\n"); });
}

TEST_F(Texts, NumbersToPredict) {
  options.csv.task = TableTask::regression;
  const TableData table = load("class,body\n1.5,good film\n-2,bad film\n0,a film\n");
  EXPECT_EQ(table.data.train.targets[1], -2);
  EXPECT_EQ(tokens(table.data.train, 2), (Numbers{2, 1}));
}

TEST_F(Texts, ADamagedSchemaIsRefused) {
  const std::string json = load(kMails).schema.to_json();
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = json;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  for (const std::string& text :
       {changed("\"length\":5", "\"length\":0"), changed("\"length\":5", "\"length\":100000000"),
        changed("\"words\"", "\"verses\""), changed("\"words\"", "\"bytes\""),
        changed("\"whale\"", "\"sea\"")})
    test::expect_error(ErrorKind::model, {"schema is damaged"},
                       [&] { TableSchema::from_json(text); });
}

class TextFolder : public Texts {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    base::write_file_atomically(path, text);
  }
};

TEST_F(TextFolder, AFolderForEachClassIsATable) {
  write("mails/y/2.txt", "a \"sea\"\n\nand, the whale");
  write("mails/x/1", "sea");
  write("mails/.hidden", "no");
  options.csv = {};
  const std::filesystem::path mails = folder.path() / "mails";
  EXPECT_TRUE(is_table_path(mails));
  EXPECT_FALSE(is_sequence_path(mails));
  EXPECT_EQ(example_files(mails), (Names{"x/1", "y/2.txt"}));
  const TableData table = load_table(mails, options);
  EXPECT_EQ(table.data.class_names, (Names{"x", "y"}));
  EXPECT_EQ(tokens(table.data.train, 0).size(), 1u);
  EXPECT_EQ(tokens(table.data.train, 1).size(), 8u);
  write("new/one.txt", "the whale");
  options.target_use = TargetUse::ignore;
  EXPECT_EQ(apply_table(folder.path() / "new", table.schema, options).data.test.features.rows, 1u);
  options.target_use = TargetUse::required;
  test::expect_error(ErrorKind::data, {"no folders of classes", "new"},
                     [&] { apply_table(folder.path() / "new", table.schema, options); });
  write("other/z/1", "sea");
  test::expect_error(ErrorKind::data, {"'z' is none of the classes", "other/z"},
                     [&] { apply_table(folder.path() / "other", table.schema, options); });
}

TEST_F(TextFolder, WhatIsNoFolderOfTextsIsTold) {
  write("mixed/x/1.txt", "a");
  write("mixed/x/1.png", "a");
  EXPECT_FALSE(is_table_path(folder.path() / "mixed"));
  write("idx/train-images-idx3-ubyte", "a");
  EXPECT_FALSE(is_table_path(folder.path() / "idx"));
  write("raw/raw/train-images-idx3-ubyte", "a");
  EXPECT_FALSE(is_table_path(folder.path() / "raw"));
  write("parts/train/x/1.txt", "a");
  test::expect_error(ErrorKind::data, {"has a folder in it", "--test-data"},
                     [&] { load_table(folder.path() / "parts", options); });
  write("beside/x/1.txt", "a");
  write("beside/readme.txt", "a");
  test::expect_error(ErrorKind::data, {"beside the folders"},
                     [&] { load_table(folder.path() / "beside", options); });
  write("latin/x/1.txt", "a \xE4 b");
  test::expect_error(ErrorKind::data, {"not UTF-8", "latin/x/1.txt"},
                     [&] { load_table(folder.path() / "latin", options); });
}

}  // namespace
}  // namespace lithe
