import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.GroupDef;
import org.javarosa.core.model.IFormElement;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.condition.IFunctionHandler;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.model.utils.IPreloadHandler;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathNodeset;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/**
 * The JavaRosa referee: forms in, states out, many forms in one process.
 *
 * Lines on stdin, fields separated by tabs: `form PATH MEDIA`, then operations (`set PATH VALUE`,
 * `add PATH`, `remove PATH`, `language NAME`, `dump`, `finalize`, `eval EXPRESSION CONTEXT`,
 * `reload XML-PATH`), then `end`. One JSON list per form on stdout, an object per dump, finalize,
 * eval or error. Repeats and choice lists are lazy in JavaRosa: a dump first walks the form from
 * beginning to end, as a person swiping through it does.
 */
public final class JrOracle {
    private static final String[] ROOTS = {
        "file", "file-csv", "images", "audio", "video", "instance"
    };
    private final PrintStream out;
    private FormDef form;
    private FormEntryController controller;
    private FormEntryModel model;
    private String formPath;
    private final Set<String> repeats = new HashSet<>();
    private final StringBuilder answer = new StringBuilder();
    private volatile File media = new File(".");

    private JrOracle(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        System.setOut(System.err);
        PrototypeManager.registerPrototypes(
            org.opendatakit.validate.FormValidator.SERIALIABLE_CLASSES);
        new XFormsModule().registerModule();
        JrOracle oracle = new JrOracle(out);
        oracle.registerMedia();
        oracle.serve(new BufferedReader(new InputStreamReader(System.in, "UTF-8")));
    }

    private void serve(BufferedReader lines) throws IOException {
        boolean loaded = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            switch (fields[0]) {
                case "form":
                    answer.setLength(0);
                    loaded = load(fields[1], fields.length > 2 ? fields[2] : "");
                    break;
                case "end":
                    out.println("[" + answer + "]");
                    out.flush();
                    break;
                default:
                    if (loaded) {
                        operate(fields);
                    }
            }
        }
    }

    private void add(String object) {
        answer.append(answer.length() > 0 ? "," : "").append(object);
    }

    private boolean load(String path, String folder) {
        media = new File(folder.isEmpty() ? "/nonexistent" : folder);
        formPath = path;
        long start = System.nanoTime();
        try (InputStream stream = new FileInputStream(path)) {
            form = XFormUtils.getFormFromInputStream(stream);
            form.getPreloader().addPreloadHandler(new Properties());
            form.getEvaluationContext().addFunctionHandler(new PullData());
            form.initialize(true, new InstanceInitializationFactory());
            model = new FormEntryModel(form);
            controller = new FormEntryController(model);
            repeats.clear();
            findRepeats(form);
            lastLoadMs = (System.nanoTime() - start) / 1e6;
            walk();
            return true;
        } catch (Throwable problem) {
            add("{\"error\":" + text(problem.toString()) + ",\"stage\":\"parse\"}");
            return false;
        }
    }

    private double lastLoadMs;

    private void operate(String[] fields) {
        long start = System.nanoTime();
        try {
            switch (fields[0]) {
                case "set":
                    set(fields[1], fields[2].replace("\\n", "\n"));
                    break;
                case "add":
                    addRow(fields[1]);
                    break;
                case "remove":
                    form.deleteRepeat(index(reference(fields[1])));
                    break;
                case "language":
                    controller.setLanguage(fields[1]);
                    break;
                case "dump":
                    walk();
                    add("{\"nodes\":" + nodes() + "}");
                    break;
                case "finalize":
                    walk();
                    controller.finalizeFormEntry();
                    add("{\"nodes\":" + nodes() + ",\"submission\":" + text(serialize()) + "}");
                    break;
                case "eval":
                    add("{\"value\":" + text(evaluate(fields[1], fields[2])) + "}");
                    break;
                case "choices":
                    choices(fields[1]);
                    break;
                case "reload":
                    add("{\"reloaded\":" + text(reload(fields[1])) + "}");
                    break;
                case "time":
                    System.gc();
                    Runtime runtime = Runtime.getRuntime();
                    long used = (runtime.totalMemory() - runtime.freeMemory()) >> 20;
                    add("{\"loadMs\":" + lastLoadMs + ",\"heapMb\":" + used + "}");
                    return;
                default:
                    throw new IllegalArgumentException(fields[0]);
            }
        } catch (Throwable problem) {
            add("{\"error\":" + text(String.valueOf(problem)) + "}");
        }
        if (timed) {
            add("{\"ms\":" + (System.nanoTime() - start) / 1e6 + "}");
        }
    }

    private final boolean timed = Boolean.getBoolean("timed");

    private void set(String path, String value) throws Exception {
        TreeReference reference = reference(path);
        TreeElement element = form.getMainInstance().resolveReference(reference);
        if (element == null) {
            walk(); // counted rows are made when somebody comes by, as a person would
            element = form.getMainInstance().resolveReference(reference);
        }
        if (element == null) {
            throw new IllegalArgumentException("no node " + path);
        }
        IAnswerData parsed = value.isEmpty()
            ? null
            : XFormAnswerDataParser.getAnswerData(value, element.getDataType(), null);
        form.setValue(parsed, reference, element, true);
    }

    private void addRow(String path) throws Exception {
        int slash = path.lastIndexOf('/');
        TreeElement parent =
            form.getMainInstance().resolveReference(reference(path.substring(0, slash)));
        int count = parent.getChildMultiplicity(path.substring(slash + 1));
        FormIndex index = index(reference(path + "[" + (count + 1) + "]"));
        if (index == null) {
            throw new IllegalArgumentException("no new row " + path);
        }
        form.createNewRepeat(index);
    }

    private void choices(String path) {
        FormEntryPrompt prompt = model.getQuestionPrompt(index(reference(path)));
        List<SelectChoice> found = prompt.getSelectChoices();
        add("{\"count\":" + (found == null ? 0 : found.size()) + "}");
    }

    private String evaluate(String expression, String context) throws Exception {
        TreeReference start = context.isEmpty() ? TreeReference.rootRef() : reference(context);
        Object value = XPathParseTool.parseXPath(expression).eval(
            form.getMainInstance(), new EvaluationContext(form.getEvaluationContext(), start));
        if (value instanceof XPathNodeset) {
            value = ((XPathNodeset) value).unpack();
        }
        return XPathFuncExpr.toString(value);
    }

    private String reload(String path) throws Exception {
        FormDef again = new XFormParser(
            new InputStreamReader(new FileInputStream(formPath), "UTF-8"),
            new InputStreamReader(new FileInputStream(path), "UTF-8")).parse();
        form = again;
        again.getPreloader().addPreloadHandler(new Properties());
        again.getEvaluationContext().addFunctionHandler(new PullData());
        again.initialize(false, new InstanceInitializationFactory());
        model = new FormEntryModel(form);
        controller = new FormEntryController(model);
        return serialize();
    }

    private String serialize() throws IOException {
        return new String(
            new XFormSerializingVisitor().serializeInstance(form.getMainInstance()), "UTF-8");
    }

    /** Step through the whole form: makes counted rows and applies every choice filter. */
    private void walk() {
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int steps = 0;
        for (int event = controller.stepToNextEvent();
             event != FormEntryController.EVENT_END_OF_FORM && steps < 200000;
             event = controller.stepToNextEvent()) {
            steps++;
            if (event == FormEntryController.EVENT_QUESTION) {
                model.getQuestionPrompt().getSelectChoices();
            }
        }
    }

    private FormIndex index(TreeReference wanted) {
        FormIndex index = FormIndex.createBeginningOfFormIndex();
        while (true) {
            index = model.incrementIndex(index, true);
            if (index.isEndOfFormIndex()) {
                return null;
            }
            if (wanted.equals(index.getReference())) {
                return index;
            }
        }
    }

    private void findRepeats(IFormElement element) {
        if (element.getChildren() == null) {
            return;
        }
        for (IFormElement child : element.getChildren()) {
            if (child instanceof GroupDef && ((GroupDef) child).getRepeat()) {
                TreeReference reference = (TreeReference) child.getBind().getReference();
                repeats.add(reference.genericize().toString(false));
            }
            findRepeats(child);
        }
    }

    private String path(TreeReference reference) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < reference.size(); i++) {
            int row = reference.getMultiplicity(i);
            path.append('/').append(reference.getName(i));
            String generic = reference.getSubReference(i).genericize().toString(false);
            if (row >= 0 && repeats.contains(generic)) {
                path.append('[').append(row + 1).append(']');
            }
        }
        return path.toString();
    }

    private static TreeReference reference(String path) {
        TreeReference reference = TreeReference.rootRef();
        for (String step : path.substring(1).split("/")) {
            int row = 0;
            int bracket = step.indexOf('[');
            String name = bracket > 0 ? step.substring(0, bracket) : step;
            if (bracket > 0) {
                row = Integer.parseInt(step.substring(bracket + 1, step.length() - 1)) - 1;
            }
            reference.add(name, row);
        }
        return reference;
    }

    private String nodes() {
        List<String> found = new ArrayList<>();
        describe(form.getMainInstance().getRoot(), found);
        return "[" + String.join(",", found) + "]";
    }

    private void describe(TreeElement element, List<String> found) {
        if (element.getMult() == TreeReference.INDEX_TEMPLATE) {
            return;
        }
        TreeReference reference = element.getRef();
        String value =
            element.getValue() == null ? "" : element.getValue().uncast().getString();
        String valid = "true";
        if (element.isLeaf() && element.getValue() != null) {
            try {
                valid = String.valueOf(form.evaluateConstraint(reference, element.getValue()));
            } catch (RuntimeException problem) {
                valid = "null";
            }
        }
        found.add("{\"path\":" + text(path(reference))
            + ",\"relevant\":" + element.isRelevant()
            + ",\"required\":" + element.isRequired()
            + ",\"readonly\":" + !element.isEnabled()
            + ",\"holds\":" + valid
            + ",\"leaf\":" + element.isLeaf()
            + ",\"value\":" + text(value) + "}");
        for (int i = 0; i < element.getNumChildren(); i++) {
            describe(element.getChildAt(i), found);
        }
    }

    private static String text(String value) {
        StringBuilder json = new StringBuilder("\"");
        for (char c : String.valueOf(value).toCharArray()) {
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    private void registerMedia() {
        ReferenceManager.instance().addReferenceFactory(new PrefixedRootFactory(ROOTS) {
            @Override
            protected Reference factory(String terminal, String uri) {
                return new MediaFile(new File(media, new File(terminal).getName()), uri);
            }
        });
    }

    /** A file of the media folder as JavaRosa wants to see it. */
    private static final class MediaFile implements Reference {
        private final File file;
        private final String uri;

        MediaFile(File file, String uri) {
            this.file = file;
            this.uri = uri;
        }

        @Override public String getURI() { return uri; }
        @Override public String getLocalURI() { return file.getAbsolutePath(); }
        @Override public boolean doesBinaryExist() { return file.exists(); }
        @Override public InputStream getStream() throws IOException {
            return new FileInputStream(file);
        }
        @Override public boolean isReadOnly() { return true; }
        @Override public OutputStream getOutputStream() { return null; }
        @Override public void remove() { }
        @Override public Reference[] probeAlternativeReferences() { return new Reference[0]; }
    }

    /** Device properties: the same as `huduma forms try` gives. */
    private static final class Properties implements IPreloadHandler {
        @Override public String preloadHandled() { return "property"; }
        @Override public IAnswerData handlePreload(String name) {
            switch (name) {
                case "deviceid": return new StringData("kiosk:1");
                case "username": return new StringData("u");
                default: return null;
            }
        }
        @Override public boolean handlePostProcess(TreeElement node, String name) { return false; }
    }

    /** pulldata() lives in Collect, not in JavaRosa: here it is what the docs say it means. */
    private final class PullData implements IFunctionHandler {
        @Override public String getName() { return "pulldata"; }
        @Override public List<Class[]> getPrototypes() { return new ArrayList<>(); }
        @Override public boolean realTime() { return false; }
        @Override public boolean rawArgs() { return true; }
        @Override public Object eval(Object[] given, EvaluationContext context) {
            String[] words =
                Arrays.stream(given).map(XPathFuncExpr::toString).toArray(String[]::new);
            try {
                Object value = XPathParseTool.parseXPath(
                    "instance('" + words[0] + "')/root/item[" + words[2] + "='" + words[3] + "']/"
                        + words[1]).eval(form.getMainInstance(), context);
                return XPathFuncExpr.toString(value);
            } catch (Exception problem) {
                throw new RuntimeException(problem);
            }
        }
    }
}
