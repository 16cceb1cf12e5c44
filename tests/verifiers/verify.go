// Verifies what a log publishes with the transparency log packages of the Go
// project, which know nothing of this one: signatures of checkpoints, inclusion,
// consistency, and every entry against the tiles.
//
// Each check prints a line; the first that fails prints why and ends the program
// with 1. What cannot be read, and a wrong command line, end it with 2.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8 // levels of the tree in a tile
	width  = 1 << height
)

func refuse(check, format string, arguments ...interface{}) {
	fmt.Printf("REFUSED  %s: %s\n", check, fmt.Sprintf(format, arguments...))
	os.Exit(1)
}

func accept(check, format string, arguments ...interface{}) {
	fmt.Printf("ok       %s: %s\n", check, fmt.Sprintf(format, arguments...))
}

func giveUp(format string, arguments ...interface{}) {
	fmt.Fprintf(os.Stderr, "log-verifier: %s\n", fmt.Sprintf(format, arguments...))
	os.Exit(2)
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		giveUp("%v", err)
	}
	return data
}

// ---- signed notes

type keys []note.Verifier

func (k *keys) String() string { return "" }

func (k *keys) Set(vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err == nil {
		*k = append(*k, verifier)
	}
	return err
}

type checkpoint struct {
	origin string
	tree   tlog.Tree
}

// A decimal number in its only spelling.
func number(text string) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (value < 0 || strconv.FormatInt(value, 10) != text) {
		err = fmt.Errorf("%q is not a plain number", text)
	}
	return value, err
}

func openCheckpoint(check string, data []byte, known keys) checkpoint {
	opened, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		refuse(check, "its signature: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] == "" {
		refuse(check, "it is not origin, size and root")
	}
	size, err := number(lines[1])
	if err != nil {
		refuse(check, "its size: %v", err)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		refuse(check, "its root: %v", err)
	}
	signers := []string{}
	for _, signature := range opened.Sigs {
		signers = append(signers, fmt.Sprintf("%s+%08x", signature.Name, signature.Hash))
	}
	accept(check, "%d entries of %s, signed by %s", size, lines[0], strings.Join(signers, ", "))
	return checkpoint{lines[0], tlog.Tree{N: size, Hash: root}}
}

func sameOrigin(check string, first *checkpoint, other checkpoint) {
	if first != nil && first.origin != other.origin {
		refuse(check, "it is of %s, and the other checkpoint of %s", other.origin, first.origin)
	}
}

// ---- inclusion

type proof struct {
	extra      []byte // nil: none
	index      int64
	hashes     tlog.RecordProof
	checkpoint []byte
}

func parseProof(text string) (p proof, err error) {
	end := strings.Index(text, "\n\n")
	if end < 0 {
		return p, fmt.Errorf("no empty line in it")
	}
	lines := strings.Split(text[:end], "\n")
	p.checkpoint = []byte(text[end+2:])
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		return p, fmt.Errorf("its first line is %q", lines[0])
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		p.extra, err = base64.StdEncoding.Strict().DecodeString(lines[0][len("extra "):])
		if err != nil {
			return p, err
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return p, fmt.Errorf("it has no index")
	}
	if p.index, err = number(lines[0][len("index "):]); err != nil {
		return p, err
	}
	p.hashes, err = parseHashes(lines[1:])
	return p, err
}

func parseHashes(lines []string) (hashes []tlog.Hash, err error) {
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, fmt.Errorf("%q is not a hash", line)
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// The hash of the leaf that is to be proved: given, or that of the entry.
func leafHash(p proof, proofPath, entryPath, leaf string) tlog.Hash {
	if leaf != "" {
		var hash tlog.Hash
		bytes, err := hex.DecodeString(leaf)
		if err != nil || len(bytes) != len(hash) {
			giveUp("--leaf: %q is not a hash", leaf)
		}
		copy(hash[:], bytes)
		return hash
	}
	entry := p.extra
	if entryPath != "" {
		entry = read(entryPath)
		if p.extra != nil && string(p.extra) != string(entry) {
			refuse("inclusion", "the entry is not the one in the proof")
		}
	} else if entry == nil {
		giveUp("%s holds no entry: give --entry", proofPath)
	}
	return tlog.RecordHash(entry)
}

func checkInclusion(proofPath, entryPath, leaf string, known keys) checkpoint {
	p, err := parseProof(string(read(proofPath)))
	if err != nil {
		refuse("inclusion", "%s: %v", proofPath, err)
	}
	hash := leafHash(p, proofPath, entryPath, leaf)
	c := openCheckpoint("checkpoint of the proof", p.checkpoint, known)
	err = tlog.CheckRecord(p.hashes, c.tree.N, c.tree.Hash, p.index, hash)
	if err != nil {
		refuse("inclusion", "%v", err)
	}
	accept("inclusion", "entry %d of %d", p.index+1, c.tree.N)
	return c
}

// ---- consistency

func checkConsistency(check string, hashes tlog.TreeProof, older, newer tlog.Tree) {
	nothing := tlog.Hash(sha256.Sum256(nil)) // tlog.TreeHash of none is another in some versions
	switch {
	case older.N == 0 && (len(hashes) > 0 || older.Hash != nothing):
		refuse(check, "this is not the empty log")
	case older.N > 0:
		err := tlog.CheckTree(hashes, newer.N, newer.Hash, older.N, older.Hash)
		if err != nil {
			refuse(check, "%v", err)
		}
	}
	accept(check, "the first %d of %d entries are as they were", older.N, newer.N)
}

func consistencyHashes(path string) tlog.TreeProof {
	text := strings.TrimSuffix(string(read(path)), "\n")
	if text == "" {
		return nil
	}
	hashes, err := parseHashes(strings.Split(text, "\n"))
	if err != nil {
		refuse("consistency", "%s: %v", path, err)
	}
	return hashes
}

// ---- tiles

type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := [][]byte{}
	for _, tile := range tiles {
		data, partial, err := f.readTile(tile)
		if err != nil {
			return nil, err
		}
		size := tile.W * tlog.HashSize
		if len(data) < size || (partial && len(data) != size) {
			return nil, fmt.Errorf("tile %s is %d bytes long", published(tile), len(data))
		}
		all = append(all, data[:size])
	}
	return all, nil
}

// Where it is published: without the height, and with another word for entries.
func published(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// A partial tile may have gone once it is full.
func (f folder) readTile(tile tlog.Tile) (data []byte, partial bool, err error) {
	data, err = os.ReadFile(filepath.Join(string(f), published(tile)))
	if os.IsNotExist(err) && tile.W < width {
		whole := tile
		whole.W = width
		if data, whole_err := os.ReadFile(filepath.Join(string(f), published(whole))); whole_err == nil {
			return data, false, nil
		}
	}
	return data, tile.W < width, err
}

// Each entry of a bundle against the leaf that the tiles have for it.
func checkBundle(f folder, tile tlog.Tile, reader tlog.HashReader) error {
	data, partial, err := f.readTile(tile)
	if err != nil {
		return err
	}
	indexes := make([]int64, tile.W)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, tile.N*width+int64(i))
	}
	leaves, err := reader.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, leaf := range leaves {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("%s ends within entry %d of it", published(tile), i+1)
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		if tlog.RecordHash(data[2:end]) != leaf {
			return fmt.Errorf("entry %d is not the one in the tree", tile.N*width+int64(i)+1)
		}
		data = data[end:]
	}
	if len(data) > 0 && (partial || tile.W == width) {
		return fmt.Errorf("%s goes on after its last entry", published(tile))
	}
	return nil
}

func checkTiles(path string, tree tlog.Tree) {
	f := folder(path)
	reader := tlog.TileHashReader(tree, f)
	for start := int64(0); start < tree.N; start += width {
		tile := tlog.Tile{H: height, L: -1, N: start / width, W: width}
		if tree.N-start < width {
			tile.W = int(tree.N - start)
		}
		if err := checkBundle(f, tile, reader); err != nil {
			refuse("tiles", "%v", err)
		}
	}
	accept("tiles", "all %d entries are those of the tree", tree.N)
}

// Makes the proof of the tiles alone, for who has no daemon to ask.
func checkConsistencyByTiles(path string, older, newer tlog.Tree) {
	var hashes tlog.TreeProof
	if older.N > 0 && older.N <= newer.N {
		made, err := tlog.ProveTree(newer.N, older.N, tlog.TileHashReader(newer, folder(path)))
		if err != nil {
			refuse("consistency by tiles", "%v", err)
		}
		hashes = made
	}
	checkConsistency("consistency by tiles", hashes, older, newer)
}

func main() {
	var known keys
	flag.Var(&known, "vkey", "verifier key of the log; may be given again")
	checkpointPath := flag.String("checkpoint", "", "a signed checkpoint")
	proofPath := flag.String("proof", "", "a .tlog-proof")
	entryPath := flag.String("entry", "", "the entry it proves; without, the one within it")
	leaf := flag.String("leaf", "", "the leaf hash it proves, where the entry is not known")
	olderPath := flag.String("older", "", "an older signed checkpoint")
	consistencyPath := flag.String("consistency", "", "hashes from there to --checkpoint, one a line")
	tilesPath := flag.String("tiles", "", "a folder with tile/ in it, for --checkpoint")
	flag.Parse()

	needsCheckpoint := *olderPath != "" || *tilesPath != ""
	switch {
	case flag.NArg() > 0 || len(known) == 0 || (*checkpointPath == "" && *proofPath == ""):
		giveUp("give --vkey, and --checkpoint or --proof; --help says more")
	case needsCheckpoint && *checkpointPath == "":
		giveUp("--older and --tiles need --checkpoint")
	case (*entryPath != "" || *leaf != "") && *proofPath == "":
		giveUp("--entry and --leaf need --proof")
	case (*consistencyPath != "" || *tilesPath == "") && (*consistencyPath == "") != (*olderPath == ""):
		giveUp("--consistency needs --older, and --older needs --consistency or --tiles")
	}

	var newest *checkpoint
	if *checkpointPath != "" {
		c := openCheckpoint("checkpoint", read(*checkpointPath), known)
		newest = &c
	}
	if *proofPath != "" {
		sameOrigin("inclusion", newest, checkInclusion(*proofPath, *entryPath, *leaf, known))
	}
	if *olderPath != "" {
		older := openCheckpoint("older checkpoint", read(*olderPath), known)
		sameOrigin("older checkpoint", newest, older)
		if *consistencyPath != "" {
			checkConsistency("consistency", consistencyHashes(*consistencyPath), older.tree, newest.tree)
		}
		if *tilesPath != "" {
			checkConsistencyByTiles(*tilesPath, older.tree, newest.tree)
		}
	}
	if *tilesPath != "" {
		checkTiles(*tilesPath, newest.tree)
	}
}
